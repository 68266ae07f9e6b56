async def blink(led:
    pass
