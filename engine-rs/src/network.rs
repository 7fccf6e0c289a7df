//! Which addresses a guest may use.

use crate::error::{Fault, Status};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::sockets::SocketAddrUse;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeAddressRange {
    pub bytes: [u8; 16],
    pub family: u8,
    pub bits: u8,
    pub port: u16,
}
const _: () = assert!(size_of::<WeAddressRange>() == 20);

/// `WE_NET_*`, with the ranges of a list.
#[derive(Clone, Debug, Default)]
pub enum Network {
    #[default]
    None,
    Listed(Arc<[Range]>),
    All,
}

/// The addresses that share `bits` leading bits with `base`, all ports or one.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    base: IpAddr,
    bits: u8,
    port: u16,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Range {
    fn new(raw: &WeAddressRange) -> Result<Range, Fault> {
        let (base, width) = match raw.family {
            4 => (IpAddr::from(*raw.bytes.first_chunk::<4>().expect("four of sixteen")), 32),
            6 => (IpAddr::from(raw.bytes), 128),
            other => {
                let message = format!("an address is of the family {other}, it must be 4 or 6");
                return Err(Fault::new(Status::Invalid, message));
            }
        };
        if raw.bits > width {
            let message = format!("{} bits of an address of {width} count", raw.bits);
            return Err(Fault::new(Status::Invalid, message));
        }
        Ok(Range { base, bits: raw.bits, port: raw.port })
    }

    fn holds(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let width: u32 = if self.base.is_ipv4() { 32 } else { 128 };
        ip.is_ipv4() == self.base.is_ipv4()
            && (number(ip) ^ number(self.base))
                .checked_shr(width - u32::from(self.bits))
                .unwrap_or(0)
                == 0
            && (self.port == 0 || self.port == address.port())
    }
}

/// Before it connects or sends, a socket is bound to a port that the kernel picks: that alone
/// reaches nothing.
fn is_implicit_bind(address: SocketAddr, usage: SocketAddrUse) -> bool {
    matches!(usage, SocketAddrUse::TcpBind | SocketAddrUse::UdpBind)
        && address.port() == 0
        && (address.ip() == Ipv4Addr::UNSPECIFIED || address.ip() == Ipv6Addr::UNSPECIFIED)
}

/// Ranges name what a guest reaches or where it listens; who calls a guest that may listen is let
/// in.
fn allows(ranges: &[Range], address: SocketAddr, usage: SocketAddrUse) -> bool {
    matches!(usage, SocketAddrUse::TcpAccept)
        || is_implicit_bind(address, usage)
        || ranges.iter().any(|range| range.holds(address))
}

impl Network {
    pub fn new(kind: i32, list: &[WeAddressRange]) -> Result<Network, Fault> {
        match kind {
            0 if list.is_empty() => Ok(Network::None),
            2 if list.is_empty() => Ok(Network::All),
            1 => Ok(Network::Listed(list.iter().map(Range::new).collect::<Result<_, _>>()?)),
            0 | 2 => Err(Fault::new(Status::Invalid, "addresses are listed for no list")),
            _ => Err(Fault::new(Status::Invalid, format!("'network' is {kind}"))),
        }
    }

    pub fn open_for(&self, wasi: &mut WasiCtxBuilder) {
        let names = match self {
            Network::None => false,
            Network::Listed(ranges) => !ranges.is_empty(),
            Network::All => true,
        };
        let sockets = !matches!(self, Network::None);
        wasi.allow_tcp(sockets).allow_udp(sockets).allow_ip_name_lookup(names);
        match self {
            Network::None => {}
            Network::All => drop(wasi.inherit_network()),
            Network::Listed(ranges) => {
                let ranges = ranges.clone();
                wasi.socket_addr_check(move |address, usage| {
                    let allowed = allows(&ranges, address, usage);
                    Box::pin(std::future::ready(allowed))
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(base: &str, bits: u8, port: u16) -> WeAddressRange {
        let mut bytes = [0; 16];
        let family = match base.parse().unwrap() {
            IpAddr::V4(base) => {
                bytes[..4].copy_from_slice(&base.octets());
                4
            }
            IpAddr::V6(base) => {
                bytes = base.octets();
                6
            }
        };
        WeAddressRange { bytes, family, bits, port }
    }

    fn range(base: &str, bits: u8, port: u16) -> Range {
        Range::new(&raw(base, bits, port)).unwrap()
    }

    #[test]
    fn a_range_is_an_address_several_or_one_port_of_them() {
        let ranges = [
            (range("10.0.0.7", 32, 0), "10.0.0.7:1", "10.0.0.8:1"),
            (range("10.0.0.7", 32, 80), "10.0.0.7:80", "10.0.0.7:81"),
            (range("10.1.0.0", 16, 0), "10.1.255.255:9", "10.2.0.0:9"),
            (range("10.1.2.3", 16, 0), "10.1.0.0:9", "11.1.2.3:9"),
            (range("0.0.0.0", 0, 443), "203.0.113.9:443", "203.0.113.9:80"),
            (range("0.0.0.0", 0, 0), "203.0.113.9:1", "[::1]:1"),
            (range("::1", 128, 0), "[::1]:443", "[::2]:443"),
            (range("fd00::", 8, 443), "[fdab::1]:443", "[fe00::1]:443"),
            (range("::", 0, 0), "[2001:db8::1]:1", "127.0.0.1:1"),
        ];
        for (range, inside, outside) in ranges {
            assert!(range.holds(inside.parse().unwrap()), "{range:?} {inside}");
            assert!(!range.holds(outside.parse().unwrap()), "{range:?} {outside}");
        }
    }

    #[test]
    fn an_ipv4_address_in_an_ipv6_one_is_the_ipv4_address() {
        let mapped = "[::ffff:127.0.0.1]:80".parse().unwrap();

        assert!(range("127.0.0.1", 32, 0).holds(mapped));
        assert!(!range("::", 0, 0).holds(mapped));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for raw in [
            raw("10.0.0.7", 33, 0),
            raw("::", 129, 0),
            WeAddressRange { family: 0, ..raw("::", 0, 0) },
        ] {
            assert_eq!(Range::new(&raw).unwrap_err().status, Status::Invalid);
        }
    }

    #[test]
    fn a_list_lets_a_guest_bind_to_nothing_that_is_not_on_it() {
        let ranges = [range("127.0.0.1", 32, 8080)];
        let allowed = |address: &str, usage| allows(&ranges, address.parse().unwrap(), usage);

        assert!(allowed("127.0.0.1:8080", SocketAddrUse::TcpConnect));
        assert!(allowed("127.0.0.1:8080", SocketAddrUse::TcpListen));
        assert!(allowed("0.0.0.0:0", SocketAddrUse::TcpBind));
        assert!(allowed("[::]:0", SocketAddrUse::UdpBind));
        assert!(allowed("203.0.113.9:5", SocketAddrUse::TcpAccept));
        assert!(!allowed("0.0.0.0:8080", SocketAddrUse::TcpBind));
        assert!(!allowed("127.0.0.1:0", SocketAddrUse::TcpBind));
        assert!(!allowed("0.0.0.0:40000", SocketAddrUse::TcpListen));
        assert!(!allowed("203.0.113.9:5", SocketAddrUse::UdpSend));
        assert!(!allowed("203.0.113.9:5", SocketAddrUse::UdpReceive));
        assert!(!allowed("0.0.0.0:0", SocketAddrUse::TcpConnect));
    }
}
