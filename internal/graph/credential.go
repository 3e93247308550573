package graph

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// Auth is a kind of credential.
type Auth string

// The kinds of credential. The command chooses among those that the environment
// provides; the ones that need a person have to be asked for.
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
	need := func(kind Auth, given bool, what string) {
		if c.Kind == kind && !given {
			problems = append(problems, &ConfigError{Problem: fmt.Sprintf("--auth %s needs %s", kind, what)})
		}
	}
	for _, kind := range []Auth{AuthSecret, AuthCertificate, AuthWorkloadIdentity, AuthDeviceCode} {
		need(kind, c.TenantID != "", "the tenant: give --tenant-id or set AZURE_TENANT_ID")
		need(kind, c.ClientID != "", "the app's id: give --client-id or set AZURE_CLIENT_ID")
	}
	need(AuthSecret, c.ClientSecret != nil, "the client secret: set AZURE_CLIENT_SECRET")
	need(AuthCertificate, c.CertificateFile != "", "the certificate: set AZURE_CLIENT_CERTIFICATE_PATH to a PEM or PFX file with its private key")
	need(AuthWorkloadIdentity, c.FederatedTokenFile != "", "the federated token: set AZURE_FEDERATED_TOKEN_FILE")
	need(AuthDeviceCode, c.Prompt != nil, "a place to show the code: run it on a terminal")
	need(AuthToken, c.AccessToken != nil, "an access token: set ENTRAPHONE_ACCESS_TOKEN to what \"az account get-access-token --resource-type ms-graph\" prints")
	// azidentity would miss the next two only when the first token is due.
	_, err := exec.LookPath("az")
	need(AuthAzureCLI, err == nil, "the Azure CLI, and there is no program az on the PATH: install it (https://learn.microsoft.com/cli/azure/install-azure-cli) and sign in with \"az login\", or choose another --auth")
	if c.Kind == AuthWorkloadIdentity && c.FederatedTokenFile != "" {
		if _, err := os.ReadFile(c.FederatedTokenFile); err != nil {
			problems = append(problems, &ConfigError{Problem: fmt.Sprintf("reading AZURE_FEDERATED_TOKEN_FILE: %v", err)})
		}
	}
	return errors.Join(problems...)
}

// gate keeps the configured secrets back.
func (c CredentialConfig) gate() gate {
	return newGate(c.ClientSecret, c.CertificatePassword, c.AccessToken)
}

// fetchFunc gets a new token, never one that it gave before if it can help it.
// claims is the JSON of a claims challenge or empty. It is called by one
// goroutine at a time.
type fetchFunc func(ctx context.Context, claims string) (azcore.AccessToken, error)

// fetcher builds the way to tokens for one scope. It makes one credential at
// once, to see that the configuration holds.
func (c CredentialConfig) fetcher(scope string, options azcore.ClientOptions) (fetchFunc, error) {
	if c.Kind == AuthToken {
		return readyToken(c.AccessToken)
	}
	var chain []*x509.Certificate
	var key crypto.PrivateKey
	if c.Kind == AuthCertificate {
		var err error
		if chain, key, err = c.certificate(); err != nil {
			return nil, err
		}
	}
	first, err := c.credential(options, chain, key)
	if err != nil {
		return nil, &ConfigError{Problem: fmt.Sprintf("--auth %s: %s", c.Kind, c.gate().text(err.Error()))}
	}
	request := policy.TokenRequestOptions{Scopes: []string{scope}, EnableCAE: true}
	if person, is := first.(*azidentity.DeviceCodeCredential); is {
		return signInOnce(person, request), nil
	}
	return func(ctx context.Context, claims string) (azcore.AccessToken, error) {
		// Credentials keep their tokens and know no way to drop one that Graph
		// has refused, so every token comes from a new credential.
		fresh, err := c.credential(options, chain, key)
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

// credential makes a credential of the kind. Instance discovery is off: it asks
// login.microsoft.com whether an authority is to be trusted, and ours is the
// cloud's own or one that the user has named.
func (c CredentialConfig) credential(options azcore.ClientOptions, chain []*x509.Certificate, key crypto.PrivateKey) (azcore.TokenCredential, error) {
	switch c.Kind {
	case AuthCertificate:
		return azidentity.NewClientCertificateCredential(c.TenantID, c.ClientID, chain, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case AuthManagedIdentity:
		identity := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.ClientID != "" {
			identity.ID = azidentity.ClientID(c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(identity)
	case AuthWorkloadIdentity:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: true,
			TenantID: c.TenantID, ClientID: c.ClientID, TokenFilePath: c.FederatedTokenFile,
		})
	case AuthAzureCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: c.TenantID})
	case AuthDeviceCode:
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: true, DisableAutomaticAuthentication: true,
			TenantID: c.TenantID, ClientID: c.ClientID,
			UserPrompt: func(_ context.Context, code azidentity.DeviceCodeMessage) error {
				_, err := fmt.Fprintln(c.Prompt, c.gate().line(code.Message))
				return err
			},
		})
	}
	return azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, c.ClientSecret.Value(),
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
}

// signInOnce signs a person in once and renews silently from then on: nobody
// is there to type a second code in the middle of a run.
func signInOnce(credential *azidentity.DeviceCodeCredential, request policy.TokenRequestOptions) fetchFunc {
	signedIn := false
	return func(ctx context.Context, claims string) (azcore.AccessToken, error) {
		asked := request
		switch {
		case !signedIn:
			if _, err := credential.Authenticate(ctx, &asked); err != nil {
				return azcore.AccessToken{}, err
			}
			signedIn = true
		case claims != "":
			asked.Claims = claims
		default:
			// Without claims the cached token would come back. These ask for
			// one that is not older than now, as a claims challenge does.
			asked.Claims = `{"access_token":{"nbf":{"essential":true,"value":"` + strconv.FormatInt(time.Now().Unix(), 10) + `"}}}`
		}
		return credential.GetToken(ctx, asked)
	}
}
