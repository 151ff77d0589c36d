"""The AWS regions, and what differs between them."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS = {
    "aws": _names(
        """
        af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
        ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
        eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
        me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
        """
    ),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-east-1", "us-gov-west-1"),
    "aws-eusc": ("eusc-de-east-1",),
}
"""The regions with Lambda, by partition: all public regions, China, GovCloud and the European Sovereign Cloud (botocore)."""

ALL_REGIONS = frozenset(region for regions in REGIONS.values() for region in regions)

WITHOUT_SNAP_START = frozenset(
    ("ap-east-2", "ap-southeast-6", *REGIONS["aws-cn"], *REGIONS["aws-us-gov"], *REGIONS["aws-eusc"])
)
"""The regions without Lambda SnapStart (rule E2530 of cfn-lint, which the CDK checks at synthesis)."""

SMALL_THROTTLE = frozenset(
    _names(
        """
        af-south-1 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 eu-central-2 eu-south-1
        eu-south-2 il-central-1 me-central-1 mx-central-1
        """
    )
)
"""The regions whose default account quota of API Gateway is 2,500 requests per second with a burst of 1,250, not 10,000 with 5,000
(*Amazon API Gateway quotas*)."""

SMALL_RATE, SMALL_BURST = 2_500, 1_250
"""The quotas in :data:`SMALL_THROTTLE`."""


def partition_of(region: str) -> str:
    """Return the partition of a region, such as ``aws``, which is the second part of every ARN in it."""
    return next(partition for partition, regions in REGIONS.items() if region in regions)
