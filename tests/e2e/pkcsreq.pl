#!/usr/bin/env perl
# pkcsreq.pl ENVELOPE CERT KEY TRANSACTION-ID: a PKCSReq (RFC 8894 section 3.2) around a pkcsPKIEnvelope, DER on stdout. The
# octets are put together here and signed by the openssl program (SHA-256), so nothing of scepd's own code is in it.
use strict;
use warnings;
binmode STDOUT;

my ($envelope, $cert_file, $key_file, $transaction_id) = @ARGV;

sub der { # TAG CONTENT...
	my ($tag, @content) = @_;
	my $content = join '', @content;
	my $n = length $content;
	return chr($tag) . ($n < 128 ? chr $n : $n < 256 ? pack('CC', 0x81, $n) : pack('Cn', 0x82, $n)) . $content;
}

sub oid { # DOTTED
	my ($first, $second, @rest) = split /\./, shift;
	return der(0x06, pack 'w*', 40 * $first + $second, @rest);
}

sub sequence { der(0x30, @_) }
sub set { der(0x31, sort @_) }
sub octets { der(0x04, shift) }
sub printable { der(0x13, shift) }
sub attribute { sequence(oid(shift), set(shift)) }

sub run { # COMMAND...: what it writes to stdout
	open my $pipe, '-|:raw', @_ or die "$_[0]: $!";
	local $/;
	my $out = <$pipe>;
	close $pipe or die "@_ failed";
	return $out;
}

sub elements { # DER: those inside of it
	my ($header, @found) = (shift);
	my $inside = content($header);
	while (length $inside) {
		my $one = substr $inside, 0, size($inside);
		push @found, $one;
		$inside = substr $inside, length $one;
	}
	return @found;
}

sub header { # DER: how long tag and length are, and the length they tell
	my ($tag, $n, @more) = unpack 'C4', shift;
	return $n < 128 ? (2, $n) : $n == 0x81 ? (3, $more[0]) : (4, $more[0] << 8 | $more[1]);
}
sub size { my ($h, $n) = header(shift); return $h + $n }
sub content { my ($h, $n) = header($_[0]); return substr $_[0], $h, $n }

my $cert = run(qw(openssl x509 -outform DER -in), $cert_file);
# Without the version, which a certificate of version 1 lacks.
my ($serial, undef, $issuer) = grep { ord($_) != 0xa0 } elements((elements($cert))[0]);
my $is_ec = run(qw(openssl pkey -noout -text -in), $key_file) =~ /ASN1 OID/;

my $id_data = oid('1.2.840.113549.1.7.1');
my $sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), der(0x05));
my @attributes = sort(
	attribute('1.2.840.113549.1.9.3', $id_data),
	attribute('1.2.840.113549.1.9.4', octets(run(qw(openssl dgst -sha256 -binary), $envelope))),
	attribute('2.16.840.1.113733.1.9.2', printable('19')),
	attribute('2.16.840.1.113733.1.9.5', octets(run(qw(openssl rand 16)))),
	attribute('2.16.840.1.113733.1.9.7', printable($transaction_id)));

open my $file, '>:raw', "$envelope.attributes" or die $!;
print $file der(0x31, @attributes);
close $file or die $!;
my $signature = run(qw(openssl dgst -sha256 -binary -sign), $key_file, "$envelope.attributes");

open $file, '<:raw', $envelope or die $!;
my $content = do { local $/; <$file> };
my $signer = sequence(der(0x02, "\1"), sequence($issuer, $serial), $sha256, der(0xa0, @attributes),
	$is_ec ? sequence(oid('1.2.840.10045.4.3.2')) : sequence(oid('1.2.840.113549.1.1.1'), der(0x05)), octets($signature));
print sequence(oid('1.2.840.113549.1.7.2'), der(0xa0, sequence(der(0x02, "\1"), set($sha256),
	sequence($id_data, der(0xa0, octets($content))), der(0xa0, $cert), set($signer))));
