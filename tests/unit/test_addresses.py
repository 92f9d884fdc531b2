"""Where webhooks may not point: our own network, in any spelling. The resolver is the system's for literals."""

import pytest
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.outbound.addresses import AddressRefused, checked_addresses
from cleave.outbound.urls import check_url

PUBLIC = "93.184.215.14"
HTTPS = 443

# Hosts as they stand in a URL's authority.
FORBIDDEN_HOSTS = (
    # this host and private networks
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "127.0.0.1",
    "127.255.255.254",
    # link-local, cloud metadata, carrier-grade NAT
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.254",
    # special purpose: protocol assignments, documentation, benchmarking, retired relays
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "198.19.255.254",
    "192.88.99.1",
    # multicast, reserved, broadcast
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    # odd spellings of IPv4, also of public addresses
    "0",
    "127.1",
    "127.0.1",
    "10.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0X7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "127.0.0.01",
    "00.0.0.0",
    "0x",
    "134744072",
    "0x08080808",
    "8.8.2056",
    "08.8.8.8",
    "1.1.1.256",
    "1.2.3.4.5",
    "127.0.0.1.",
    "localhost.",
    "example.com.",
    "example..com",
    ".example.com",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "ⓛocalhost",
    "bücher.example",
    "exa mple.com",
    "example.com\\@127.0.0.1",
    "example.com\t",
    "-example.com",
    "a" * 64 + ".com",
    "a." * 127 + "com",
    # IPv6: unspecified, loopback, link-local, site-local, unique local, metadata, multicast, discard, documentation
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[2606:4700:4700::1111%25eth0]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[2001:2::1]",
    # IPv4 inside IPv6: mapped, compatible, translated, NAT64 well known and local use, 6to4, Teredo, ISATAP
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:8.8.8.8]",
    "[0:0:0:0:0:ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[::8.8.8.8]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::8.8.8.8]",
    "[64:ff9b:1::10.0.0.1]",
    "[64:ff9b:1:ffff::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2002:808:808::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2001::1]",
    "[2606:4700::5efe:10.0.0.1]",
    "[2606:4700::200:5efe:10.0.0.1]",
    "[::1",
    "[v1.fe80::1]",
)

ALLOWED_LITERALS = (
    "8.8.8.8",
    PUBLIC,
    "[2606:4700:4700::1111]",
    "[2A00:1450:4001:80B::200E]",
    "100.128.0.1",
    "172.32.0.1",
)


def test_the_table_has_at_least_sixty_spellings() -> None:
    assert len(set(FORBIDDEN_HOSTS)) == len(FORBIDDEN_HOSTS) >= 60


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_a_webhook_may_not_point_to(host: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_url(f"https://{host}/hook", allow_local=False)
    assert (refused.value.code, refused.value.field) == (RefusalCode.WEBHOOK_URL_INVALID, "url")


@pytest.mark.parametrize("host", ALLOWED_LITERALS)
def test_a_webhook_may_point_to(host: str) -> None:
    check_url(f"https://{host}/hook", allow_local=False)


# "::ffff:127.0.0.1" is the loopback of a socket for both families.
LOOPBACK = frozenset(
    {
        "127.0.0.1",
        "127.255.255.254",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    }
)


@pytest.mark.parametrize("host", [host for host in FORBIDDEN_HOSTS if host not in LOOPBACK])
def test_the_local_stage_lets_nothing_but_loopback_through(host: str) -> None:
    with pytest.raises(Refusal):
        check_url(f"https://{host}/hook", allow_local=True)


@pytest.mark.parametrize("host", sorted(LOOPBACK))
def test_the_local_stage_lets_loopback_through(host: str) -> None:
    check_url(f"http://{host}:8000/hook", allow_local=True)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{PUBLIC}/",
        f"ftp://{PUBLIC}/",
        f"//{PUBLIC}/",
        f"https://user@{PUBLIC}/",
        f"https://:@{PUBLIC}/",
        f"https://@{PUBLIC}/",
        f"https://{PUBLIC}:99999/",
        f"https://{PUBLIC}:x/",
        f"https://{PUBLIC}/#part",
        f"https://{PUBLIC}/a b",
        f"https://{PUBLIC}\\@127.0.0.1/",
        "https:///hook",
        "https://",
        "hook",
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_url(url, allow_local=False)
    assert refused.value.code is RefusalCode.WEBHOOK_URL_INVALID


def test_one_forbidden_address_among_good_ones_refuses_the_host() -> None:
    with pytest.raises(AddressRefused):
        checked_addresses("mixed.example", HTTPS, allow_local=False, resolver=lambda *_: [PUBLIC, "10.0.0.1"])


@pytest.mark.parametrize("answer", [[], ["fe80::1%eth0"], ["169.254.169.254"], ["::ffff:10.0.0.1"]])
def test_a_name_is_refused_for_what_it_resolves_to(answer: list[str]) -> None:
    with pytest.raises(AddressRefused):
        checked_addresses("name.example", HTTPS, allow_local=False, resolver=lambda *_: answer)


def test_a_name_that_does_not_resolve_is_refused() -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise OSError(host, port)

    with pytest.raises(AddressRefused):
        checked_addresses("gone.example", HTTPS, allow_local=False, resolver=resolver)


def test_a_name_of_public_addresses_is_let_through_with_all_of_them() -> None:
    both = [PUBLIC, "2606:4700:4700::1111"]
    assert checked_addresses("good.example", HTTPS, allow_local=False, resolver=lambda *_: both) == both
