app_name = "authority"
urlpatterns: list = []
