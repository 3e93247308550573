package login_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim/login"
)

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// pair is a certificate with its key.
type pair struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

func newPair(t testing.TB) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return pair{key, certificate}
}

type object = map[string]any

// with changes members; nil takes one out.
func with(o, changes object) object {
	o = maps.Clone(o)
	maps.Copy(o, changes)
	maps.DeleteFunc(o, func(_ string, value any) bool { return value == nil })
	return o
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// sign makes an assertion, signed as its header says.
func (p pair) sign(t testing.TB, header, claims object) string {
	t.Helper()
	signed := encode(t, header) + "." + encode(t, claims)
	digest := sha256.Sum256([]byte(signed))
	var options crypto.SignerOpts = crypto.SHA256
	if header["alg"] == "PS256" {
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	}
	signature, err := p.key.Sign(rand.Reader, digest[:], options)
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func assertionForm(assertion string, pairs ...string) string {
	return appForm(append([]string{"client_secret", "", "client_assertion_type", jwtBearer, "client_assertion", assertion}, pairs...)...)
}

func TestAssertions(t *testing.T) {
	p, other := newPair(t), newPair(t)
	short, long := sha1.Sum(p.certificate.Raw), sha256.Sum256(p.certificate.Raw)
	x5c := []string{base64.StdEncoding.EncodeToString(p.certificate.Raw), "a chain is not looked at"}
	otherX5C := []string{base64.StdEncoding.EncodeToString(other.certificate.Raw)}
	header := object{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(long[:]), "x5c": x5c}
	rs := with(header, object{"alg": "RS256", "x5t#S256": nil, "x5t": base64.RawURLEncoding.EncodeToString(short[:])})
	without := with(header, object{"x5c": nil})

	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Unix()
		claims := object{
			"aud": origin + "/contoso/oauth2/v2.0/token", "iss": "app", "sub": "app", "jti": "1",
			"nbf": now, "exp": now + 600,
		}
		good := p.sign(t, header, claims)
		parts := strings.Split(good, ".")
		tests := []struct {
			name, body string
			status     int // 200 is granted
			code       string
			aadsts     int
		}{
			{"PS256", assertionForm(good), 200, "", 0},
			{"RS256", assertionForm(p.sign(t, rs, claims)), 200, "", 0},
			{"standard base64", assertionForm(p.sign(t, with(header, object{"x5t#S256": base64.StdEncoding.EncodeToString(long[:])}), claims)), 200, "", 0},
			{"without x5c", assertionForm(p.sign(t, without, claims)), 200, "", 0},
			{"tenant by its ID", assertionForm(p.sign(t, header, with(claims, object{"aud": origin + "/" + login.TenantID("contoso") + "/oauth2/v2.0/token"}))), 200, "", 0},
			{"clock ahead", assertionForm(p.sign(t, header, with(claims, object{"nbf": now + 300}))), 200, "", 0},
			{"fraction of a second", assertionForm(p.sign(t, header, with(claims, object{"nbf": nil, "exp": float64(now) + .5}))), 200, "", 0},
			{"time without end", assertionForm(p.sign(t, header, with(claims, object{"exp": 1e300}))), 200, "", 0},
			{"client in capitals", assertionForm(good, "client_id", "APP"), 200, "", 0},

			{"no type", assertionForm(good, "client_assertion_type", ""), 400, "invalid_request", 900144},
			{"other type", assertionForm(good, "client_assertion_type", "saml"), 400, "invalid_request", 9002313},
			{"no JWT", assertionForm("x"), 400, "invalid_request", 50027},
			{"four parts", assertionForm(good + ".x"), 400, "invalid_request", 50027},
			{"bad header", assertionForm("!." + parts[1] + "." + parts[2]), 400, "invalid_request", 50027},
			{"bad claims", assertionForm(parts[0] + ".AAAA." + parts[2]), 400, "invalid_request", 50027},
			{"no signature", assertionForm(parts[0] + "." + parts[1] + "."), 400, "invalid_request", 50027},
			{"times as text", assertionForm(p.sign(t, header, with(claims, object{"exp": "soon"}))), 400, "invalid_request", 50027},
			{"HS256", assertionForm(p.sign(t, with(header, object{"alg": "HS256"}), claims)), 400, "invalid_request", 50027},
			{"alg none", assertionForm(p.sign(t, with(header, object{"alg": "none"}), claims)), 400, "invalid_request", 50027},
			{"no thumbprint", assertionForm(p.sign(t, with(header, object{"x5t#S256": nil}), claims)), 400, "invalid_request", 50027},
			{"other issuer", assertionForm(p.sign(t, header, with(claims, object{"iss": "x"}))), 401, "invalid_client", 700021},
			{"other subject", assertionForm(p.sign(t, header, with(claims, object{"sub": nil}))), 401, "invalid_client", 700021},
			{"no audience", assertionForm(p.sign(t, header, with(claims, object{"aud": nil}))), 401, "invalid_client", 700023},
			{"other tenant", assertionForm(p.sign(t, header, with(claims, object{"aud": origin + "/x/oauth2/v2.0/token"}))), 401, "invalid_client", 700023},
			{"other host", assertionForm(p.sign(t, header, with(claims, object{"aud": "https://x/contoso/oauth2/v2.0/token"}))), 401, "invalid_client", 700023},
			{"audience is the issuer", assertionForm(p.sign(t, header, with(claims, object{"aud": origin + "/contoso/v2.0"}))), 401, "invalid_client", 700023},
			{"expired", assertionForm(p.sign(t, header, with(claims, object{"exp": now}))), 401, "invalid_client", 700024},
			{"no expiry", assertionForm(p.sign(t, header, with(claims, object{"exp": nil}))), 401, "invalid_client", 700024},
			{"long ago", assertionForm(p.sign(t, header, with(claims, object{"exp": -1e300}))), 401, "invalid_client", 700024},
			{"not yet", assertionForm(p.sign(t, header, with(claims, object{"nbf": now + 301}))), 401, "invalid_client", 700024},
			{"other key", assertionForm(other.sign(t, header, claims)), 401, "invalid_client", 700027},
			{"other algorithm", assertionForm(encode(t, rs) + "." + parts[1] + "." + parts[2]), 401, "invalid_client", 700027},
			{"other certificate", assertionForm(other.sign(t, with(header, object{"x5c": otherX5C}), claims)), 401, "invalid_client", 700027},
			{"other SHA-1 thumbprint", assertionForm(p.sign(t, with(rs, object{"x5t": "AAAA"}), claims)), 401, "invalid_client", 700027},
			{"x5c is no base64", assertionForm(p.sign(t, with(header, object{"x5c": []string{"!"}}), claims)), 401, "invalid_client", 700027},
			{"x5c is no certificate", assertionForm(p.sign(t, with(header, object{"x5c": []string{"AAAA"}}), claims)), 401, "invalid_client", 700027},
		}
		a := login.New(login.Config{Clients: []login.Client{{ID: "app", Secret: "s3cret"}}})
		for _, test := range tests {
			got := token(t, a, test.body)
			if test.status == 200 {
				if _, err := a.Verify(got.AccessToken); got.status != 200 || err != nil {
					t.Errorf("%s: %d %s, want a token", test.name, got.status, got.text)
				}
				continue
			}
			wantRefusal(t, test.name, got, test.status, test.code, test.aadsts)
			if strings.Contains(got.text, parts[2]) {
				t.Errorf("%s: %s gives the assertion away", test.name, got.text)
			}
		}
	})
}

// A key of a size that takes long to check is refused unchecked. The keys here
// are of many small primes, which are quick to find.
func TestAssertionsWithLongKeys(t *testing.T) {
	a := login.New(login.Config{})
	_, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for primes, good := range map[int]bool{8: true, 33: false} {
		public, d := longKey(t, primes)
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(der)
		header := object{"alg": "RS256", "x5t": base64.RawURLEncoding.EncodeToString(sum[:]), "x5c": []string{base64.StdEncoding.EncodeToString(der)}}
		claims := object{"aud": origin + "/contoso/oauth2/v2.0/token", "iss": "app", "sub": "app", "exp": time.Now().Unix() + 600}
		signed := encode(t, header) + "." + encode(t, claims)

		// PKCS #1 v1.5 by hand: crypto/rsa signs with two primes only.
		digest := sha256.Sum256([]byte(signed))
		message := append([]byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), digest[:]...)
		message = append(append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, public.Size()-3-len(message))...), append([]byte{0}, message...)...)
		signature := new(big.Int).Exp(new(big.Int).SetBytes(message), d, public.N).FillBytes(make([]byte, public.Size()))

		got := token(t, a, assertionForm(signed+"."+base64.RawURLEncoding.EncodeToString(signature)))
		if good && got.status != 200 {
			t.Errorf("key of %d bits: %d %s, want a token", public.N.BitLen(), got.status, got.text)
		}
		if !good {
			wantRefusal(t, "a key of more than 8192 bits", got, 401, "invalid_client", 700027)
		}
	}
}

// longKey makes a key of primes with 256 bits each.
func longKey(t testing.TB, primes int) (*rsa.PublicKey, *big.Int) {
	t.Helper()
	const e = 65537
	one, n, phi := big.NewInt(1), big.NewInt(1), big.NewInt(1)
	for primes > 0 {
		p, err := rand.Prime(rand.Reader, 256)
		if err != nil {
			t.Fatal(err)
		}
		less := new(big.Int).Sub(p, one)
		if new(big.Int).Mod(less, big.NewInt(e)).Sign() == 0 {
			continue // e would have no inverse
		}
		n.Mul(n, p)
		phi.Mul(phi, less)
		primes--
	}
	return &rsa.PublicKey{N: n, E: e}, new(big.Int).ModInverse(big.NewInt(e), phi)
}
