# What Amazon Linux's NAT image does at each boot: forwards, and sends what it forwards under its own address.
sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.eth0.send_redirects=0
if command -v iptables >/dev/null; then
    iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE && echo "nat: forwarding, with iptables"
elif command -v nft >/dev/null; then
    nft 'table ip nat { chain postrouting { type nat hook postrouting priority srcnat; oifname eth0 masquerade; }; }' &&
        echo "nat: forwarding, with nft"
else
    echo "nat: neither iptables nor nft is installed on the machine that Hamlet runs on, so that nothing is translated"
fi
