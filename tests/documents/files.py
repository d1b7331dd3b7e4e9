"""Small files, honest and hostile, made on the spot."""

from __future__ import annotations

import io

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(*, script: bool = False, attachment: bool = False, password: str = "", pages: int = 1) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('evil')"))
        document.Root.OpenAction = action
        document.pages[0].obj.AA = pikepdf.Dictionary(O=action)
        document.pages[0].obj.Annots = pikepdf.Array(
            [pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)]
        )
        document.pages[0].obj.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(AA=pikepdf.Dictionary(Type=pikepdf.Name.Font, BaseFont=pikepdf.Name.Helvetica))
        )
    if attachment:
        document.attachments["virus.exe"] = b"MZ evil"
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user=password) if password else False)
    return out.getvalue()


def jpeg(*, width: int = 40, height: int = 20, turned: bool = False) -> bytes:
    picture = Image.new("RGB", (width, height), "teal")
    exif = picture.getexif()
    if turned:
        exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def bomb() -> bytes:
    """A few kilobytes that announce 900 million pixels."""
    out = io.BytesIO()
    Image.new("1", (30000, 30000)).save(out, "PNG")
    return out.getvalue()


def upload(content: bytes, name: str = "piece.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def status(client, url: str) -> int:
    """Open a stored file to its end, as a browser does, and give the answer's status."""
    answer = client.get(url)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code
