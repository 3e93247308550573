package login

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
)

// TenantID returns the ID that a tenant has in tokens: the name itself, in
// lower case, where it is a GUID, and otherwise a GUID that is always the same
// for the same name. Names are not case-sensitive.
func TenantID(name string) string {
	name = strings.ToLower(name)
	if isGUID(name) {
		return name
	}
	return derivedGUID("tenant", name)
}

// tenantID is that of a tenant as a path spells it. Bad escapes are taken as
// they are, for tenants have any name here.
func tenantID(escaped string) string {
	if name, err := url.PathUnescape(escaped); err == nil {
		return TenantID(name)
	}
	return TenantID(escaped)
}

// isGUID takes lower case only.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !strings.Contains("0123456789abcdef", s[i:i+1]) {
			return false
		}
	}
	return true
}

// derivedGUID is the GUID of a thing that has a name but no ID of its own. Case
// does not matter.
func derivedGUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(parts, "\x00"))))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
