package ledger

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"strings"

	"entraphone/internal/authmethod"
)

// name is the keyed hash of a user and phone type, key as much of it as the file has
// for the entry, value what the entry holds. The zero value says that nothing is
// known.
type (
	name  [sha256.Size]byte
	key   [8]byte
	value [4 + 12]byte
)

func (n *name) key() key { return key(n[:len(key{})]) }

// at is when the value was confirmed, in seconds since 1970.
func (v *value) at() uint32 { return binary.BigEndian.Uint32(v[:4]) }

// hasher makes names and values, with keys that are derived from the secret.
type hasher struct {
	names, values hash.Hash         // HMACs with a key each
	text          []byte            // room for what is hashed
	sum           [sha256.Size]byte // and for its hash
}

// checkSize is how much of what is derived from the secret the file shows.
const checkSize = 16

// newHasher also derives the check, by which a ledger of another secret is known.
func newHasher(secret []byte) (h *hasher, check []byte, err error) {
	if len(secret) != SecretSize {
		return nil, nil, fmt.Errorf("the secret of the ledger has %d bytes, want %d", len(secret), SecretSize)
	}
	derived, err := hkdf.Expand(sha256.New, secret, "entraphone ledger", 2*sha256.Size+checkSize)
	if err != nil {
		return nil, nil, fmt.Errorf("deriving the keys of the ledger: %w", err)
	}
	k1, k2, check := derived[:sha256.Size], derived[sha256.Size:2*sha256.Size], derived[2*sha256.Size:]
	return &hasher{names: hmac.New(sha256.New, k1), values: hmac.New(sha256.New, k2)}, check, nil
}

// name is the name of a phone. The type stands first because it holds no 0 byte,
// which a user's name from a file might.
func (h *hasher) name(user string, phoneType authmethod.PhoneType) name {
	h.text = append(append(h.text[:0], phoneType...), 0)
	h.text = append(h.text, strings.ToLower(user)...)
	return name(h.hash(h.names))
}

// value is what the entry of this name holds. The hash covers the time, and the
// whole name: two phones whose names begin alike cost each other requests, and no
// more.
func (h *hasher) value(n name, at uint32, number authmethod.PhoneNumber) (v value) {
	binary.BigEndian.PutUint32(v[:4], at)
	h.text = append(append(append(h.text[:0], n[:]...), v[:4]...), number.Graph()...)
	copy(v[4:], h.hash(h.values))
	return v
}

// holds reports whether a value that the entry of this name holds is this number.
func (h *hasher) holds(n name, v value, number authmethod.PhoneNumber) bool {
	return v != (value{}) && v == h.value(n, v.at(), number)
}

func (h *hasher) hash(with hash.Hash) []byte {
	with.Reset()
	with.Write(h.text)
	return with.Sum(h.sum[:0])
}
