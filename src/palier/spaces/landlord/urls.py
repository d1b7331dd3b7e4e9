app_name = "landlord"
urlpatterns: list = []
