async def blink(led):
    while True:
        led.toggle()
        await asyncio.sleep_ms(500)

loop.create_task(blink(1))
