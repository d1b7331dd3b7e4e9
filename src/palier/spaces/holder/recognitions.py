"""Situations to recognise, for the State's service: the desk's own pages under the holder's address."""

from palier.spaces.desk.recognitions import urlpatterns

__all__ = ["urlpatterns"]
