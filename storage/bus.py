"""The bus of one process: a bounded queue and a task per subscription. Messages are copied through JSON, so
that nobody depends on sharing an object that another node could not share."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import structlog

from storage.errors import AlreadyResponding, NoAnswer
from storage.interfaces import JsonValue

QUEUE_MESSAGES = 1024
log = structlog.get_logger()


class InProcessSubscription:
    def __init__(
        self, handler: Callable[[JsonValue], Awaitable[None]], forget: Callable[["InProcessSubscription"], None]
    ) -> None:
        self._handler = handler
        self._forget = forget
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_MESSAGES)
        self._task = asyncio.create_task(self._deliver(), name="bus subscription")
        self.lost = 0

    def offer(self, text: str) -> None:
        if self._queue.full():
            self._queue.get_nowait()  # the oldest goes
            self.lost += 1
        self._queue.put_nowait(text)

    async def close(self) -> None:
        self._forget(self)
        self._task.cancel()
        if self._task is not asyncio.current_task():
            await asyncio.wait([self._task])

    async def _deliver(self) -> None:
        while True:
            text = await self._queue.get()
            try:
                await self._handler(json.loads(text))
            except Exception:
                log.exception("bus handler failed")


class InProcessResponder:
    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget

    async def close(self) -> None:
        self._forget()


class InProcessBus:
    """The embedded form of `storage.interfaces.Bus`."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, list[InProcessSubscription]] = {}
        self._responders: dict[str, Callable[[JsonValue], Awaitable[JsonValue]]] = {}

    async def publish(self, topic: str, message: JsonValue) -> None:
        text = json.dumps(message)
        for subscription in self._subscriptions.get(topic, ()):
            subscription.offer(text)

    async def subscribe(self, topic: str, handler: Callable[[JsonValue], Awaitable[None]]) -> InProcessSubscription:
        def forget(subscription: InProcessSubscription) -> None:
            present = self._subscriptions.get(topic, [])
            if subscription in present:
                present.remove(subscription)
            if not present:
                self._subscriptions.pop(topic, None)

        subscription = InProcessSubscription(handler, forget)
        self._subscriptions.setdefault(topic, []).append(subscription)
        return subscription

    async def respond(self, topic: str, handler: Callable[[JsonValue], Awaitable[JsonValue]]) -> InProcessResponder:
        if topic in self._responders:
            raise AlreadyResponding(topic)
        self._responders[topic] = handler

        def forget() -> None:
            if self._responders.get(topic) is handler:
                del self._responders[topic]

        return InProcessResponder(forget)

    async def request(self, topic: str, message: JsonValue, *, timeout_s: float) -> JsonValue:
        handler = self._responders.get(topic)
        if handler is None:
            raise NoAnswer(topic)
        try:
            async with asyncio.timeout(timeout_s):
                answer: JsonValue = json.loads(json.dumps(await handler(json.loads(json.dumps(message)))))
        except TimeoutError:
            raise NoAnswer(topic) from None
        except Exception as error:
            log.exception("bus responder failed", topic=topic)
            raise NoAnswer(topic) from error
        return answer

    async def close(self) -> None:
        for subscriptions in list(self._subscriptions.values()):
            for subscription in list(subscriptions):
                await subscription.close()
        self._responders.clear()
