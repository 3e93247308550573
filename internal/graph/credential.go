package graph

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// Auth is a kind of credential.
type Auth string

const (
	AuthSecret           Auth = "secret"            // an app's client secret
	AuthCertificate      Auth = "certificate"       // an app's certificate
	AuthManagedIdentity  Auth = "managed-identity"  // of the Azure machine this runs on
	AuthWorkloadIdentity Auth = "workload-identity" // a federated token, as in Kubernetes and pipelines
	AuthAzureCLI         Auth = "azure-cli"         // whoever is signed in with az
	AuthDeviceCode       Auth = "device-code"       // a person with a browser elsewhere
	AuthToken            Auth = "token"             // a ready access token
)

// ParseAuth reads the name of a kind of credential.
func ParseAuth(text string) (Auth, error) {
	switch a := Auth(text); a {
	case AuthSecret, AuthCertificate, AuthManagedIdentity, AuthWorkloadIdentity, AuthAzureCLI, AuthDeviceCode, AuthToken:
		return a, nil
	}
	return "", &ConfigError{Problem: fmt.Sprintf("--auth %q is not a kind of credential: use secret, certificate, managed-identity, workload-identity, azure-cli, device-code or token", text)}
}

// CredentialConfig is a kind of credential with what that kind needs; the other
// fields are not looked at. Nothing is taken from the environment here.
type CredentialConfig struct {
	Kind Auth

	// TenantID and ClientID are needed by all kinds but token. azure-cli can
	// do without both and managed-identity without a tenant; a client id there
	// names a user-assigned identity.
	TenantID, ClientID string

	ClientSecret Secret // secret

	CertificateFile     string // certificate: PEM or PFX with its private key
	CertificatePassword Secret // certificate: of a PFX

	FederatedTokenFile string // workload-identity

	// AccessToken is for token: a token, or the JSON around it that
	// "az account get-access-token" prints.
	AccessToken Secret

	// Prompt is where device-code tells the person what to do.
	Prompt io.Writer
}

// check names everything that the kind needs and that is not there.
func (c CredentialConfig) check() error {
	if _, err := ParseAuth(string(c.Kind)); err != nil {
		return err
	}
	var problems []error
	need := func(given bool, what string) {
		if !given {
			problems = append(problems, &ConfigError{Problem: fmt.Sprintf("--auth %s needs %s", c.Kind, what)})
		}
	}
	switch c.Kind {
	case AuthSecret, AuthCertificate, AuthWorkloadIdentity, AuthDeviceCode:
		need(c.TenantID != "", "the tenant: give --tenant-id or set AZURE_TENANT_ID")
		need(c.ClientID != "", "the app's id: give --client-id or set AZURE_CLIENT_ID")
	}
	switch c.Kind {
	case AuthSecret:
		need(!c.ClientSecret.IsZero(), "the client secret: set AZURE_CLIENT_SECRET")
	case AuthCertificate:
		need(c.CertificateFile != "", "the certificate: set AZURE_CLIENT_CERTIFICATE_PATH to a PEM or PFX file with its private key")
	case AuthWorkloadIdentity:
		need(c.FederatedTokenFile != "", "the federated token: set AZURE_FEDERATED_TOKEN_FILE")
	case AuthDeviceCode:
		need(c.Prompt != nil, "a place to show the code: run it on a terminal")
	case AuthToken:
		need(!c.AccessToken.IsZero(), "an access token: set ENTRAPHONE_ACCESS_TOKEN to what \"az account get-access-token --resource-type ms-graph\" prints")
	}
	return errors.Join(problems...)
}

// fetchFunc gets a new token, never one that it gave before if it can help it.
// claims is the JSON of a claims challenge or empty. It is called by one
// goroutine at a time.
type fetchFunc func(ctx context.Context, claims string) (azcore.AccessToken, error)

// fetcher builds the way to tokens for one scope. It makes one credential at
// once, to see that the configuration holds.
func (c CredentialConfig) fetcher(scope string, options azcore.ClientOptions) (fetchFunc, error) {
	request := policy.TokenRequestOptions{Scopes: []string{scope}, EnableCAE: true}
	switch c.Kind {
	case AuthToken:
		return readyToken(c.AccessToken)
	case AuthDeviceCode:
		return c.deviceCode(request, options)
	}
	credential, err := c.maker(options)
	if err != nil {
		return nil, err
	}
	if _, err := credential(); err != nil {
		return nil, &ConfigError{Problem: fmt.Sprintf("--auth %s: %s", c.Kind, oneLine(err.Error()))}
	}
	return func(ctx context.Context, claims string) (azcore.AccessToken, error) {
		// Credentials keep their tokens and know no way to drop one that Graph
		// has refused, so every token comes from a new credential.
		fresh, err := credential()
		if err != nil {
			return azcore.AccessToken{}, err
		}
		asked := request
		asked.Claims = claims
		if c.Kind == AuthManagedIdentity {
			// The cache of managed identities is the process's, not the
			// credential's. Claims only serve to get past it; they are not sent.
			asked.Claims = "{}"
		}
		return fresh.GetToken(ctx, asked)
	}, nil
}

// maker makes credentials of the kinds that need nobody present. Instance
// discovery is off: it asks login.microsoft.com whether an authority is to be
// trusted, and ours is the cloud's own or one that the user has named.
func (c CredentialConfig) maker(options azcore.ClientOptions) (func() (azcore.TokenCredential, error), error) {
	switch c.Kind {
	case AuthCertificate:
		chain, key, err := c.certificate()
		if err != nil {
			return nil, err
		}
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewClientCertificateCredential(c.TenantID, c.ClientID, chain, key,
				&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
		}, nil
	case AuthManagedIdentity:
		identity := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.ClientID != "" {
			identity.ID = azidentity.ClientID(c.ClientID)
		}
		return func() (azcore.TokenCredential, error) { return azidentity.NewManagedIdentityCredential(identity) }, nil
	case AuthWorkloadIdentity:
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
				ClientOptions: options, DisableInstanceDiscovery: true,
				TenantID: c.TenantID, ClientID: c.ClientID, TokenFilePath: c.FederatedTokenFile,
			})
		}, nil
	case AuthAzureCLI:
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: c.TenantID})
		}, nil
	}
	return func() (azcore.TokenCredential, error) {
		return azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, c.ClientSecret.reveal(),
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	}, nil
}

// deviceCode signs a person in once and renews silently from then on: nobody
// is there to type a second code in the middle of a run.
func (c CredentialConfig) deviceCode(request policy.TokenRequestOptions, options azcore.ClientOptions) (fetchFunc, error) {
	credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: true, DisableAutomaticAuthentication: true,
		TenantID: c.TenantID, ClientID: c.ClientID,
		UserPrompt: func(_ context.Context, code azidentity.DeviceCodeMessage) error {
			_, err := fmt.Fprintln(c.Prompt, code.Message)
			return err
		},
	})
	if err != nil {
		return nil, &ConfigError{Problem: fmt.Sprintf("--auth %s: %s", c.Kind, oneLine(err.Error()))}
	}
	signedIn := false
	return func(ctx context.Context, claims string) (azcore.AccessToken, error) {
		asked := request
		if !signedIn {
			if _, err := credential.Authenticate(ctx, &asked); err != nil {
				return azcore.AccessToken{}, err
			}
			signedIn = true
			return credential.GetToken(ctx, asked)
		}
		asked.Claims = claims
		if claims == "" {
			// Without claims the cached token would come back. These ask for
			// one that is not older than now, as a claims challenge does.
			asked.Claims = `{"access_token":{"nbf":{"essential":true,"value":"` + strconv.FormatInt(time.Now().Unix(), 10) + `"}}}`
		}
		return credential.GetToken(ctx, asked)
	}, nil
}

// certificate reads the file. Errors of the parser hold no secret.
func (c CredentialConfig) certificate() ([]*x509.Certificate, crypto.PrivateKey, error) {
	content, err := os.ReadFile(c.CertificateFile)
	if err != nil {
		return nil, nil, &ConfigError{Problem: fmt.Sprintf("reading AZURE_CLIENT_CERTIFICATE_PATH: %v", err)}
	}
	password := []byte(c.CertificatePassword.reveal())
	text := string(content)
	if strings.Contains(text, "-----BEGIN") {
		password = nil // a password makes the parser expect a PFX
		if strings.Contains(text, "ENCRYPTED") {
			return nil, nil, c.badCertificate("its private key is encrypted, which is supported in PFX files only: decrypt it with \"openssl pkey -in KEY.pem -out PLAIN.pem\"")
		}
	}
	chain, key, err := azidentity.ParseCertificates(content, password)
	switch {
	case err == nil:
		return chain, key, nil
	case strings.Contains(err.Error(), "password incorrect"):
		return nil, nil, c.badCertificate("the password is wrong: set AZURE_CLIENT_CERTIFICATE_PASSWORD")
	case strings.HasPrefix(err.Error(), "pkcs12: error reading"):
		return nil, nil, c.badCertificate("it is neither PEM nor PFX")
	case strings.HasPrefix(err.Error(), "pkcs12: "):
		// Files of OpenSSL 3 use algorithms that the parser does not know:
		// https://github.com/Azure/azure-sdk-for-go/issues/22906
		return nil, nil, c.badCertificate("its PFX encryption is not supported (" + oneLine(err.Error()) + "): convert it with \"openssl pkcs12 -in FILE.pfx -nodes -out FILE.pem\" and use the PEM file")
	}
	return nil, nil, c.badCertificate(oneLine(err.Error()))
}

func (c CredentialConfig) badCertificate(why string) error {
	return &ConfigError{Problem: fmt.Sprintf("reading the certificate %s: %s", c.CertificateFile, why)}
}
