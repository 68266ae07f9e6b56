async def blink(led):
    while True:
        led.toggle()

loop.create_task(blink)
blink(1)
