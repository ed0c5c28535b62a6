"""Tell somebody: one sentence, posted as JSON to the webhook the deployment names."""

import os

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import PROJECT_ROOT, read_dotenv

WEBHOOK = "DESTINATION_ALERTS_WEBHOOK"
SECONDS = 10


def send(sentence: str) -> bool:
    """Post the sentence as `{"text": ...}`; false when no webhook is set. Raises TekilError when it was not taken.

    The address may hold a token, so it is in no message.
    """
    address = (os.environ.get(WEBHOOK) or read_dotenv(PROJECT_ROOT / ".env").get(WEBHOOK) or "").strip()
    if not address:
        return False
    import httpx

    try:
        answer = httpx.post(address, json={"text": sentence}, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        raise TekilError(
            f"An alert could not be sent ({type(problem).__name__}): correct {WEBHOOK}, or the server it names."
        ) from None
    if not answer.is_success:
        raise TekilError(
            f"An alert was refused with HTTP {answer.status_code}: correct {WEBHOOK}, or the server it names."
        )
    return True
