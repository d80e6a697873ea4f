"""Messages to people: what they say (letters, sms, calendar), how they look (templates), how they leave (sender)."""
