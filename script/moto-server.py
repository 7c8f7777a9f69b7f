"""moto's server, with the XML root of ListParts named as in S3: the AWS SDK for Rust accepts no other name."""

from moto.core.serialize import S3Serializer
from moto.server import main

serialize_body = S3Serializer._serialize_body


def as_s3_names_it(self, body):
    if "ListPartsResponse" in body:
        body = {"ListPartsResult": body["ListPartsResponse"]}
    return serialize_body(self, body)


S3Serializer._serialize_body = as_s3_names_it
main()
