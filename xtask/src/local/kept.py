"""What the local cloud keeps beside the emulator's own state."""

import json
import os

# What could not be read or saved.
problems = []


class Kept:
    """What outlives this process, in a file `path`; `what` is how it is called."""

    def load(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                self.restore(json.load(file))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.clear()
            problems.append(f"{self.what} cannot be read: {error}")
        self.changed = False

    def save(self):
        if not self.changed:
            return
        self.changed = False
        try:
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                file.write(json.dumps(self.content()))  # twice as fast as `dump`
            os.replace(self.path + ".new", self.path)
        except OSError as error:
            self.changed = True
            problems.append(f"{self.what} cannot be saved: {error}")
