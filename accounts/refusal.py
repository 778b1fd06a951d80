"""Why something cannot be done now. The same sentence disables the button, answers the request and ends the command."""


class Refused(Exception):
    """An action that the present state does not allow. `advice` says what to do and where, `code` is a declared one."""

    def __init__(self, sentence: str, advice: str = "", *, code: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.code = code

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()
