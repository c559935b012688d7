"""The products of the catalog: platforms, the products for each platform, and their qualities."""

from __future__ import annotations

import math
from dataclasses import dataclass

from panels.sandbox.deliveries import STEADY


@dataclass(frozen=True, slots=True)
class Quality:
    """The difference between the variants of a product, its effect on the price, and the ways of delivery it may have.

    A way is a name in DELIVERIES. Each house (houses.py) chooses one of them for each of its services.
    """

    name: str
    price_factor: float
    deliveries: tuple[str, ...] = (STEADY,)


@dataclass(frozen=True, slots=True)
class Product:
    """A product for a platform. Prices are dollars per 1000 units, and flat for packages."""

    noun: str
    # The name of the category.
    group: str
    low: float
    high: float
    least: int
    most: int
    variants: int
    type: str = "Default"
    may_refill: bool = False


@dataclass(frozen=True, slots=True)
class Platform:
    """A site and its products."""

    name: str
    emoji: str
    example_link: str
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A service before it has an id and a price in a currency. The rate is in dollars."""

    platform: Platform
    product: Product
    quality: Quality
    rate: float
    maximum: int
    refill_term: str
    start: str
    is_cancelable: bool
    style: int

    @property
    def subject(self) -> str:
        """What is counted at the target, such as "Instagram Followers"."""
        return f"{self.platform.name} {self.product.noun}"

    @property
    def per_day(self) -> int:
        """A tenth of the maximum, rounded down to one digit, as in the texts of panels."""
        tenth = max(self.maximum // 10, self.product.least)
        scale = int(10 ** int(math.log10(tenth)))
        return tenth // scale * scale


QUALITIES = (
    Quality("Real & Active", 1.3, ("steady", "slow")),
    Quality("HQ Profiles", 1.0, ("steady", "steady", "quick", "canceling")),
    Quality("Mixed Quality", 0.6, ("steady", "dropping", "partial")),
    Quality("Old Accounts With Posts", 1.4, ("quick", "steady", "refills_late")),
    Quality("Non Drop", 1.2, ("quick", "steady")),
    Quality("Bots", 0.4, ("dropping", "refuses_refills")),
    Quality("USA 🇺🇸", 2.0),
    Quality("Brazil 🇧🇷", 1.1),
    Quality("India 🇮🇳", 0.7, ("slow", "dropping")),
    Quality("Turkey 🇹🇷", 0.9, ("steady", "partial")),
    Quality("Arab", 1.2, ("steady", "refills_late")),
    Quality("Cheapest In The Market", 0.35, ("dropping", "refuses_refills", "canceling", "quick")),
    # Some panels escape their texts twice.
    Quality("Male &amp; Female", 1.5),
)

PLATFORMS = (
    Platform(
        "Instagram",
        "📸",
        "https://www.instagram.com/username",
        (
            Product("Followers", "Followers", 0.4, 6, 50, 500_000, 13, may_refill=True),
            Product("Likes", "Likes", 0.05, 1.5, 20, 100_000, 12, may_refill=True),
            Product("Reels Views", "Views", 0.01, 0.15, 100, 10_000_000, 9),
            Product("Story Views", "Story", 0.04, 0.4, 100, 50_000, 6),
            Product("Saves", "Saves & Shares", 0.05, 0.5, 50, 50_000, 5),
            Product("Impressions + Reach", "Saves & Shares", 0.05, 0.6, 100, 250_000, 5),
            Product("Random Comments", "Comments", 4, 14, 5, 5_000, 5),
            Product("Custom Comments", "Comments", 6, 24, 5, 2_000, 4, type="Custom Comments"),
            Product("Comment Likes", "Comments", 1, 5, 20, 20_000, 3, type="Comment Likes"),
            Product("Comment Replies", "Comments", 9, 30, 5, 1_000, 2, type="Comment Replies"),
            Product("Mentions", "Mentions", 3, 9, 100, 50_000, 2, type="Mentions"),
            Product("Mentions with Hashtags", "Mentions", 3, 9, 100, 50_000, 2, type="Mentions with Hashtags"),
            Product("Mentions Custom List", "Mentions", 4, 10, 10, 20_000, 2, type="Mentions Custom List"),
            Product("Mentions by Hashtag", "Mentions", 3, 8, 500, 100_000, 2, type="Mentions Hashtag"),
            Product("Mentions of User Followers", "Mentions", 3, 8, 500, 100_000, 2, type="Mentions User Followers"),
            Product("Mentions of Media Likers", "Mentions", 3, 8, 500, 100_000, 2, type="Mentions Media Likers"),
            Product("Story Poll Votes", "Story", 0.5, 3, 50, 20_000, 2, type="Poll"),
            Product("Auto Likes", "Subscriptions", 0.1, 1.8, 20, 20_000, 4, type="Subscriptions"),
            Product("Auto Reels Views", "Subscriptions", 0.02, 0.2, 100, 1_000_000, 3, type="Subscriptions"),
            Product("Growth Package 1,000 Followers + 500 Likes", "Packages", 1.5, 6, 1, 1, 3, type="Package"),
        ),
    ),
    Platform(
        "TikTok",
        "🎵",
        "https://www.tiktok.com/@username/video/7301234567890123456",
        (
            Product("Followers", "Followers", 0.8, 7, 50, 200_000, 11, may_refill=True),
            Product("Likes", "Likes", 0.05, 1.6, 20, 200_000, 10, may_refill=True),
            Product("Views", "Views", 0.01, 0.08, 100, 100_000_000, 9),
            Product("Shares", "Shares & Saves", 0.08, 0.6, 50, 500_000, 6),
            Product("Saves", "Shares & Saves", 0.06, 0.5, 50, 200_000, 6),
            Product("Live Stream Viewers", "Live", 1.5, 12, 50, 10_000, 6),
            Product("Custom Comments", "Comments", 5, 18, 10, 2_000, 3, type="Custom Comments"),
            Product("Comment Likes", "Comments", 0.6, 3, 20, 50_000, 2, type="Comment Likes"),
            Product("Auto Views", "Subscriptions", 0.02, 0.1, 100, 1_000_000, 3, type="Subscriptions"),
            Product("Viral Package 100,000 Views", "Packages", 2, 5, 1, 1, 2, type="Package"),
        ),
    ),
    Platform(
        "YouTube",
        "▶️",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        (
            Product("Views", "Views", 0.6, 3, 100, 1_000_000, 11, may_refill=True),
            Product("Shorts Views", "Views", 0.3, 1.6, 100, 1_000_000, 6),
            Product("Subscribers", "Subscribers", 6, 30, 50, 50_000, 10, may_refill=True),
            Product("Likes", "Likes", 0.3, 3, 20, 100_000, 8, may_refill=True),
            Product("Watch Time 4000 Hours", "Watch Time", 12, 40, 100, 4_000, 6, may_refill=True),
            Product("Live Stream Viewers", "Live", 1, 9, 50, 20_000, 6),
            Product("Custom Comments", "Comments", 8, 30, 5, 2_000, 3, type="Custom Comments"),
            Product("Comment Likes", "Comments", 1, 5, 20, 20_000, 2, type="Comment Likes"),
            Product("Comment Replies", "Comments", 12, 36, 5, 500, 2, type="Comment Replies"),
            Product("Community Poll Votes", "Community", 0.8, 4, 100, 50_000, 2, type="Poll"),
        ),
    ),
    Platform(
        "Facebook",
        "👍",
        "https://www.facebook.com/pagename",
        (
            Product("Page Likes &amp; Followers", "Page", 0.8, 6, 100, 100_000, 9, may_refill=True),
            Product("Profile Followers", "Followers", 0.4, 4, 100, 200_000, 8, may_refill=True),
            Product("Post Likes", "Post", 0.3, 3, 50, 50_000, 7, may_refill=True),
            Product("Post Reactions Love ❤️", "Post", 0.4, 3, 50, 20_000, 6),
            Product("Video Views", "Views", 0.04, 0.5, 500, 5_000_000, 7),
            Product("Group Members", "Groups", 1.5, 8, 100, 100_000, 6, may_refill=True),
            Product("Custom Comments", "Comments", 8, 26, 5, 1_000, 3, type="Custom Comments"),
            Product("Page Reviews", "Reviews", 4, 14, 5, 50, 2, type="Custom Comments Package"),
        ),
    ),
    Platform(
        "Telegram",
        "✈️",
        "https://t.me/channelname",
        (
            Product("Channel Members", "Members", 0.3, 4, 50, 100_000, 11, may_refill=True),
            Product("Premium Members", "Members", 6, 30, 20, 10_000, 5),
            Product("Post Views", "Views", 0.01, 0.1, 100, 1_000_000, 7),
            Product("Positive Reactions 👍❤️🔥", "Reactions", 0.05, 0.6, 20, 200_000, 7),
            Product("Poll Votes", "Votes", 0.4, 2.5, 50, 50_000, 3, type="Poll"),
            Product("Members Invites From Groups", "Members", 4, 12, 100, 20_000, 2, type="Invites from Groups"),
            Product("Auto Post Views", "Subscriptions", 0.02, 0.2, 100, 200_000, 3, type="Subscriptions"),
            Product("Custom Comments", "Comments", 6, 20, 5, 1_000, 2, type="Custom Comments"),
        ),
    ),
    Platform(
        "Twitter (X)",
        "🐦",
        "https://x.com/username/status/1745678901234567890",
        (
            Product("Followers", "Followers", 1.5, 12, 50, 100_000, 9, may_refill=True),
            Product("Likes", "Likes", 0.8, 6, 20, 50_000, 7, may_refill=True),
            Product("Retweets", "Retweets", 1, 8, 20, 50_000, 6, may_refill=True),
            Product("Tweet Views", "Views", 0.01, 0.1, 100, 10_000_000, 6),
            Product("Poll Votes", "Votes", 0.8, 5, 50, 50_000, 2, type="Poll"),
            Product("Custom Comments", "Comments", 10, 34, 5, 500, 2, type="Custom Comments"),
            Product("Mentions", "Mentions", 4, 10, 100, 20_000, 2, type="Mentions"),
        ),
    ),
    Platform(
        "Spotify",
        "🎧",
        "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
        (
            Product("Plays", "Plays", 0.2, 1.6, 1_000, 10_000_000, 10, may_refill=True),
            Product("Followers", "Followers", 0.4, 2.5, 100, 500_000, 6, may_refill=True),
            Product("Monthly Listeners", "Plays", 1, 5, 500, 500_000, 6),
            Product("Saves", "Saves", 0.4, 2, 100, 200_000, 5),
        ),
    ),
    Platform(
        "Twitch",
        "🎮",
        "https://www.twitch.tv/channel",
        (
            Product("Followers", "Followers", 0.6, 4, 50, 50_000, 7, may_refill=True),
            Product("Live Viewers", "Live", 2, 14, 20, 5_000, 6),
            Product("Clip Views", "Views", 0.2, 1.2, 100, 500_000, 5),
            Product("Chat Bot Comments", "Live", 6, 20, 10, 1_000, 2, type="Custom Comments"),
        ),
    ),
    Platform(
        "LinkedIn",
        "💼",
        "https://www.linkedin.com/company/name",
        (
            Product("Page Followers", "Followers", 8, 34, 50, 20_000, 7, may_refill=True),
            Product("Post Likes", "Post", 8, 30, 20, 5_000, 6),
            Product("Connections", "Followers", 10, 36, 20, 5_000, 5),
        ),
    ),
    Platform(
        "Discord",
        "👾",
        "https://discord.gg/invite",
        (
            Product("Server Members Offline", "Members", 1.5, 6, 50, 20_000, 6, may_refill=True),
            Product("Server Members Online", "Members", 5, 18, 50, 5_000, 6, may_refill=True),
        ),
    ),
    Platform(
        "SoundCloud",
        "☁️",
        "https://soundcloud.com/artist/track",
        (
            Product("Plays", "Plays", 0.02, 0.3, 100, 10_000_000, 7),
            Product("Followers", "Followers", 1, 6, 50, 50_000, 5, may_refill=True),
            Product("Custom Comments", "Comments", 6, 16, 5, 500, 2, type="Custom Comments"),
        ),
    ),
    Platform(
        "Google",
        "⭐",
        "https://maps.app.goo.gl/place",
        (
            Product("Maps Reviews 5 Stars", "Reviews", 8, 32, 1, 20, 3, type="Custom Comments Package"),
            Product("SEO Backlinks", "SEO", 1, 12, 10, 10_000, 4, type="SEO"),
            Product("SEO Clicks CTR", "SEO", 0.8, 6, 100, 50_000, 3, type="SEO"),
        ),
    ),
    Platform(
        "Website",
        "🌍",
        "https://example.com/",
        (
            Product("Traffic", "Traffic", 0.1, 1.2, 500, 1_000_000, 6, type="Web Traffic"),
            Product("Traffic From Social Media", "Traffic", 0.15, 1.5, 500, 500_000, 4, type="Web Traffic"),
            Product("Shares", "Traffic", 0.5, 3, 50, 50_000, 5),
        ),
    ),
)
