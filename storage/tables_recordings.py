"""The tables of recordings: parts, fragments, speech, chat, receipts."""
