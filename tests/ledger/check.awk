# SPDX-License-Identifier: ISC
#
# Reads the logs of one row, and nothing else, and says which promises were broken:
#   P1  a challenge was accepted for two requests
#   P2  a signature without an intent in the store before it, or a delivered certificate that is not recorded
#   P3  the same request got two certificates, or was refused after it had got one
# usage: awk -v row=NAME -f check.awk clients signers store
# Prints: row challenges offers signatures certificates P1 P2 P3. The first few of each kind go to stderr.

FNR == 1 { n = split(FILENAME, part, "/"); from = part[n] }

function broken(promise, what) {
	if (++count[promise] <= 3)
		print row ": " promise " broken: " what > "/dev/stderr"
}

# A challenge is accepted for the key that gets a certificate.
function accepted(challenge, who, by) {
	if (!((by, challenge) in owner))
		owner[by, challenge] = who
	else if (owner[by, challenge] != who && !((by, challenge, who) in told)) {
		told[by, challenge, who] = 1
		broken("P1", challenge " for " owner[by, challenge] " and " who " (" by ")")
	}
}

from == "clients" && $1 == "offer" {
	offers++
	if (!($2 in challenge)) {
		challenge[$2] = 1
		challenges++
	}
}
from == "clients" && $1 == "receipt" {
	request = $2 " " $3
	if (!($6 in delivered)) {
		delivered[$6] = $5
		certificates++
	}
	accepted($2, $3, "clients")
	if (!(request in got))
		got[request] = $6
	else if (got[request] != $6)
		broken("P3", request " got " got[request] " and " $6)
}
from == "clients" && $1 == "refused" && $5 != "pending" && $5 != "store" { refusal[$2 " " $3] = $5 }

from == "signers" && $1 == "granted" { accepted($2, $3, "signers") }
from == "signers" && $1 == "intent" { witness[$3, $4] = $5 }
from == "signers" && $1 == "signed" {
	signatures++
	made[$5] = 1
	signed[++n_signed] = $2 " " $3 " " $4
	if (!(($3, $4) in witness) || witness[$3, $4] == "absent")
		broken("P2", "serial " $3 " signed without an intent")
}

from == "store" && $1 == "intent" { intended[$2 " " $3 " " $4] = 1 }
from == "store" && $1 == "record" {
	recorded[$4] = $3
	kept[$2 " " $3] = 1
}

END {
	for (i = 1; i <= n_signed; i++) {
		split(signed[i], part, " ")
		if (!(signed[i] in intended) && !(part[1] " " part[2] in kept))
			broken("P2", "serial " part[2] " signed, and neither intent nor record is left")
	}
	for (digest in delivered) {
		if (!(digest in recorded) || recorded[digest] != delivered[digest])
			broken("P2", "certificate " delivered[digest] " delivered and not recorded")
		if (!(digest in made))
			broken("P2", "certificate " delivered[digest] " was signed by nobody")
	}
	for (request in got)
		if (request in refusal)
			broken("P3", request " was granted and refused (" refusal[request] ")")
	print row, challenges + 0, offers + 0, signatures + 0, certificates + 0, count["P1"] + 0, count["P2"] + 0, count["P3"] + 0
}
