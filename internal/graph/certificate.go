package graph

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

// certificate reads the file with an app's certificate, its chain if there is
// one, and its private key. Errors of the parsers hold no secret.
func (c CredentialConfig) certificate() ([]*x509.Certificate, crypto.PrivateKey, error) {
	content, err := os.ReadFile(c.CertificateFile)
	if err != nil {
		return nil, nil, &ConfigError{Problem: fmt.Sprintf("reading AZURE_CLIENT_CERTIFICATE_PATH: %v", err)}
	}
	var chain []*x509.Certificate
	var key crypto.PrivateKey
	switch {
	case !bytes.Contains(content, []byte("-----BEGIN")):
		chain, key, err = readPFX(content, c.CertificatePassword.Value())
	case bytes.Contains(content, []byte("ENCRYPTED")):
		// azidentity refuses these with less to go by.
		err = errors.New("its private key is encrypted, which is supported in PFX files only: decrypt it with \"openssl pkey -in KEY.pem -out PLAIN.pem\"")
	default:
		chain, key, err = azidentity.ParseCertificates(content, nil) // a password would make it expect a PFX
	}
	if err != nil {
		return nil, nil, &ConfigError{Problem: fmt.Sprintf("reading the certificate %s: %s", c.CertificateFile, c.gate().text(err.Error()))}
	}
	return chain, key, nil
}

// readPFX is there beside azidentity's own parser because that one refuses what
// OpenSSL 3 writes: https://github.com/Azure/azure-sdk-for-go/issues/22906
func readPFX(content []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	key, leaf, authorities, err := pkcs12.DecodeChain(content, password)
	var unsupported pkcs12.NotImplementedError
	switch {
	case err == nil:
		return append([]*x509.Certificate{leaf}, authorities...), key, nil
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, errors.New("the password is wrong: set AZURE_CLIENT_CERTIFICATE_PASSWORD")
	case strings.HasPrefix(err.Error(), "pkcs12: error reading"):
		return nil, nil, errors.New("it is neither PEM nor PFX")
	case errors.As(err, &unsupported):
		return nil, nil, fmt.Errorf("its PFX encryption is not supported (%w): convert it with \"openssl pkcs12 -in FILE.pfx -nodes -out FILE.pem\" and use the PEM file", err)
	}
	return nil, nil, err
}
