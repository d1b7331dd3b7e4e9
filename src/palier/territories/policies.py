"""Places and settings are public; only an administrator writes them."""

ROW_POLICIES: dict = {}
OPEN_TABLES = {
    "territories_department": "public geography",
    "territories_epci": "public geography",
    "territories_commune": "public geography",
    "territories_setting": "public figures",
}
