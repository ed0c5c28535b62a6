"""What readers see is looked at with a stranger's eyes: does anything in it look like a contact? (M1)"""

from dagster import AssetCheckExecutionContext, AssetCheckResult, asset_check

from orchestration.conventions import WAREHOUSE, one_sentence
from orchestration.lib.contacts import contact_like_values
from orchestration.project import COPY, PUBLIC
from orchestration.resources import Tekil


@asset_check(
    asset=COPY,
    # what the copy is made from: else the check would not wait for it
    additional_deps=PUBLIC,
    description="No text column that BI reads holds an e-mail address or a phone number.",
    pool=WAREHOUSE,
)
def nothing_looks_like_a_contact(context: AssetCheckExecutionContext, tekil: Tekil) -> AssetCheckResult:
    """Search every text column of the published tables; the columns are named, never a value."""
    with one_sentence():
        found = contact_like_values(tekil.settings(context.log.info))
    return AssetCheckResult(
        passed=not found,
        metadata={"columns": ", ".join(sorted(found)) or "none", "values": sum(found.values())},
    )
