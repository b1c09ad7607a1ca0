"""Work in order: bounded ahead, consumed as needed, the same here as on a cluster."""

import operator

from train.cluster import in_chunks, map_in_order, prefetch


def test_without_a_cluster_the_work_is_done_here_one_item_at_a_time() -> None:
    taken = []

    def items() -> object:
        for n in range(5):
            taken.append(n)
            yield n

    results = map_in_order(None, operator.add, items(), 10)  # type: ignore[arg-type]
    assert next(results) == 10
    assert taken == [0]
    assert list(results) == [11, 12, 13, 14]


def test_prefetch_keeps_the_order_and_submits_no_more_than_its_limit() -> None:
    submitted: list[int] = []
    most = 0

    def submit(item: int) -> int:
        submitted.append(item)
        return -item

    received = []
    for item, future in prefetch(range(20), submit, limit=4):
        most = max(most, len(submitted) - len(received))
        received.append((item, future))
    assert received == [(n, -n) for n in range(20)]
    assert most == 4


def test_prefetch_of_fewer_items_than_the_limit() -> None:
    assert list(prefetch([1], str, limit=4)) == [(1, "1")]
    assert list(prefetch([], str, limit=4)) == []


def test_chunks_hold_every_row_once() -> None:
    assert [list(chunk) for chunk in in_chunks(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_chunks([], 3)) == []
