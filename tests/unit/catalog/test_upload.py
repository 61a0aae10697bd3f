"""The multipart body says its length beforehand and gives exactly that."""

from collections.abc import Iterator
from email import message_from_bytes

import pytest

from catalog.upload import MultipartBody, Upload


def chunks() -> Iterator[bytes]:
    yield b"a" * 70_000
    yield "预算\r\n--".encode()


SIZE = sum(len(c) for c in chunks())


def test_body_is_as_long_as_it_says_and_parses_back() -> None:
    body = MultipartBody({"update": '{"title":"预算"}'}, {"file": Upload("a.csv", "text/csv", SIZE, chunks)})
    data = b"".join(body)
    assert len(data) == len(body)
    message = message_from_bytes(f"Content-Type: {body.content_type}\r\n\r\n".encode() + data)
    text, file = message.get_payload()
    assert text.get_payload(decode=True).decode() == '{"title":"预算"}'
    assert file.get_filename() == "a.csv"
    assert file.get_payload(decode=True) == b"".join(chunks())


def test_body_of_a_file_shorter_than_announced_breaks_off() -> None:
    body = MultipartBody({}, {"file": Upload("a.csv", "text/csv", SIZE + 1, chunks)})
    with pytest.raises(ValueError, match="announced"):
        list(body)


def test_body_with_a_name_that_breaks_the_header_is_refused() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        MultipartBody({}, {"file": Upload('a"\r\n.csv', "text/csv", SIZE, chunks)})
