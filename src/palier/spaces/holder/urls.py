app_name = "holder"
urlpatterns: list = []
