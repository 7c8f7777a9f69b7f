"""moto's server, which names its answer to ListParts as S3 does: the SDK of AWS for Rust reads it under no other name."""

from moto.core.serialize import S3Serializer
from moto.server import main

serialize_body = S3Serializer._serialize_body


def as_s3_names_it(self, body):
    if "ListPartsResponse" in body:
        body = {"ListPartsResult": body["ListPartsResponse"]}
    return serialize_body(self, body)


S3Serializer._serialize_body = as_s3_names_it
main()
