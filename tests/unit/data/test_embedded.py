"""The embedded rulings, forecasts and example."""

from data.embedded import (
    clearview_motion,
    embedded_rulings,
    first_coding,
    reader_forecasts,
    rulings_path,
)


def test_ids_are_unique_and_all_have_a_forecast() -> None:
    ids = [ruling.id for ruling in embedded_rulings()]
    assert len(ids) == len(set(ids)) == 2180
    assert set(reader_forecasts()) == set(ids)
    assert all(0 <= p <= 1 for p in reader_forecasts().values())


def test_the_first_coding_is_of_embedded_rulings() -> None:
    assert set(first_coding()) <= {ruling.id for ruling in embedded_rulings()}
    assert rulings_path().is_file()


def test_the_example_is_not_a_training_ruling() -> None:
    motion = clearview_motion()
    for ruling in embedded_rulings():
        assert ruling.id != motion.id
        assert "clearview" not in (ruling.caption or "").lower()
        assert ruling.docket_number != motion.docket_number or ruling.court != motion.court
