import uasyncio as asyncio


async def foo():
    await asyncio.sleep(1)


class Switch:
    async def check(self):
        while True:
            await asyncio.sleep_ms(50)

    def start(self, loop):
        loop.create_task(self.check)
        self.check()


def bar(task):
    pass


loop = asyncio.get_event_loop()
loop.create_task(foo)
loop.create_task(foo())
bar(foo)
bar(foo())
z = (foo,)
foo()
loop.run_until_complete(foo())
