#!/usr/bin/perl
# fcgi.pl SOCKET METHOD PATH QUERY [params|body PAUSE]: one FastCGI request spoken by hand, to be a peer that no web server
# is. The answer goes to stdout. With the last two arguments it sends half of that part, makes the file PAUSE.sent, and goes
# on once there is a file PAUSE.go.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, $method, $url, $query, $where, $pause) = @ARGV;
my $body = $method eq 'POST' ? 'x' x 2000 : '';

sub record { my ($type, $data) = @_; return pack('CCnnCC', 1, $type, 1, length $data, 0, 0) . $data }

sub pair {
	my ($name, $value) = @_;
	return join('', map { length $_ < 128 ? pack('C', length $_) : pack('N', 0x80000000 | length $_) } $name, $value)
	    . $name . $value;
}

my $params = join '', pair('REQUEST_METHOD', $method), pair('SCRIPT_NAME', $url), pair('QUERY_STRING', $query),
    pair('CONTENT_LENGTH', length $body), pair('SERVER_PROTOCOL', 'HTTP/1.1'), pair('REMOTE_ADDR', '127.0.0.1');
my %part = (
	begin => record(1, pack('nCx5', 1, 0)),
	params => record(4, $params) . record(4, ''),
	body => ($body ne '' ? record(5, $body) : '') . record(5, ''),
);

local $SIG{PIPE} = 'IGNORE';
my $peer = IO::Socket::UNIX->new(Peer => $path) or die "fcgi.pl: $path: $!\n";
$peer->autoflush(1);
for my $name (qw(begin params body)) {
	my $bytes = $part{$name};
	if (defined $where && $where eq $name) {
		print $peer substr($bytes, 0, length($bytes) / 2, '');
		open my $mark, '>', "$pause.sent" or die "fcgi.pl: $pause.sent: $!\n";
		close $mark;
		select undef, undef, undef, 0.05 until -e "$pause.go";
	}
	print $peer $bytes;
}

my ($in, $out) = ('', '');
while (sysread $peer, $in, 65536, length $in) {
	while (length $in >= 8) {
		my ($type, $length, $padding) = (unpack 'CCnnCC', $in)[1, 3, 4];
		last if length $in < 8 + $length + $padding;
		$out .= substr $in, 8, $length if $type == 6;
		substr $in, 0, 8 + $length + $padding, '';
	}
}
print $out;
exit($out eq '' ? 1 : 0);
