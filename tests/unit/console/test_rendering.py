"""Texts on pages: what is from outside is harmless, and messages name pages and commands visibly."""

from datetime import UTC, datetime, timedelta

from lambdas.console.rendering import ago, day, marked, shown


def test_a_message_is_escaped_before_it_is_marked():
    text = "See *Rotate*, run `scimctl <x>` for <img src=x onerror=alert(1)> and 2 * 3 * 4"
    assert marked(text) == (
        "See <i>Rotate</i>, run <code>scimctl &lt;x&gt;</code> for &lt;img src=x onerror=alert(1)&gt; and 2 * 3 * 4"
    )


def test_control_and_direction_characters_are_visible_and_long_texts_end():
    assert shown("a\u202eb\x1b[31m\x00") == "a\ufffdb\ufffd[31m\ufffd"
    assert shown("x" * 500) == "x" * 119 + "\N{HORIZONTAL ELLIPSIS}"


def test_moments_are_named_as_people_do():
    now = datetime.now(UTC)
    assert (ago(None), day(None)) == ("never", "never")
    assert ago(now - timedelta(hours=1, minutes=5)) == "1 hour ago"
    assert ago(now + timedelta(days=3, minutes=1)) == "in 3 days"
    assert (day(now), day(now - timedelta(days=1))) == ("today", "yesterday")
    assert day(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31"
