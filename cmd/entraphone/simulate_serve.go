package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/natefinch/atomic"
	"golang.org/x/sync/errgroup"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/login"
)

// listenTo keeps to loopback unless told otherwise, and gives the URL to reach
// it by.
func (c *simulateCommand) listenTo(ctx context.Context) (listener net.Listener, base string, err error) {
	address, err := net.ResolveTCPAddr("tcp", c.listen)
	if err != nil {
		return nil, "", usagef("--listen %s: %w", c.listen, err)
	}
	if !c.allowRemote && !address.IP.IsLoopback() {
		return nil, "", usagef("--listen %s: other machines can reach this address, and with it the people and phones here: listen on 127.0.0.1, or add --allow-remote", c.listen)
	}
	listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address.String())
	if err != nil {
		return nil, "", fmt.Errorf("listening on %s: %w", c.listen, err)
	}
	if !c.tls {
		return listener, "http://" + reachable(listener.Addr()), nil
	}
	certificate, authority, err := makeCertificate(listener.Addr(), time.Now())
	if err == nil && c.caOut != "" {
		if err = os.WriteFile(c.caOut, authority, 0o644); err != nil {
			err = fmt.Errorf("writing --ca-out: %w", err)
		}
	}
	if err != nil {
		return nil, "", errors.Join(err, listener.Close())
	}
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}}
	return tls.NewListener(listener, secure), "https://" + reachable(listener.Addr()), nil
}

// publishPort writes --port-file, if it is given.
func (c *simulateCommand) publishPort(address string) (remove func(), err error) {
	if c.portFile == "" {
		return func() {}, nil
	}
	if err := atomic.WriteFile(c.portFile, strings.NewReader(address+"\n")); err != nil {
		return nil, fmt.Errorf("writing --port-file: %w", err)
	}
	return func() {
		if text, err := os.ReadFile(c.portFile); err == nil && strings.TrimSpace(string(text)) == address {
			_ = os.Remove(c.portFile) // unless another simulator has it by now
		}
	}, nil
}

// serve answers until the context ends; requests in flight then have a moment
// to finish. The two tasks end each other: the server by Shutdown, and the
// waiting one by the group's context when the server fails.
func (c *simulateCommand) serve(ctx context.Context, listener net.Listener, sim *graphsim.Simulator) error {
	server := &http.Server{
		Handler: c.guarded(sim), ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(withoutHandshakes{c.stderr}, "entraphone: ", 0),
	}
	g, serving := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-serving.Done()
		const moment = 2 * time.Second
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), moment)
		defer cancel()
		if server.Shutdown(ending) != nil {
			return server.Close()
		}
		return nil
	})
	err := g.Wait()
	stats := sim.Stats()
	requests := stats.TokenRequests + stats.DiscoveryRequests + stats.BatchRequests + stats.PlainRequests
	fmt.Fprintf(c.stderr, "entraphone: stopped after %d requests; phones written: %d, calls throttled: %d\n", requests, stats.AcceptedWrites, stats.Throttled)
	if c.stream.on() {
		_ = c.stream.put("total", map[string]int{"requests": int(requests), "phonesWritten": int(stats.AcceptedWrites), "throttled": int(stats.Throttled)}) // an error comes again at the end
	}
	return err
}

// reachable is the address as programs of this machine can use it.
func reachable(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return address.String()
}

// withoutHandshakes leaves out what a client reports itself: that it does not
// trust the certificate.
type withoutHandshakes struct{ io.Writer }

func (w withoutHandshakes) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("TLS handshake error")) {
		return len(p), nil
	}
	return w.Writer.Write(p)
}

// guarded keeps web pages out: a name that a page has pointed at loopback is
// not one by which a program here would ask.
func (c *simulateCommand) guarded(next http.Handler) http.Handler {
	if c.allowRemote {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(r.Host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this simulator answers to localhost only; --allow-remote lets it answer to other names", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// simulatorAddress is of kind simulator: where it is, and how a program signs in there.
type simulatorAddress struct {
	Graph     string `json:"graph"`
	Authority string `json:"authority"`
	People    string `json:"people"`
	Scenario  string `json:"scenario"`
	TenantID  string `json:"tenantId"`
	ClientID  string `json:"clientId"`
	CAFile    string `json:"caFile"`
}

// greet prints what somebody needs to use it. A secret that was given is not told.
func (c *simulateCommand) greet(base, people string, clients []login.Client) error {
	if !c.stream.on() {
		_, err := io.WriteString(c.stdout, c.greeting(base, people, clients))
		return err
	}
	client := "simulated"
	if len(clients) > 0 {
		client = clients[0].ID
	}
	return c.stream.put("simulator", simulatorAddress{base, base, people, c.simulator.scenario, "simulated", client, c.caOut})
}

// greeting is the same for people.
func (c *simulateCommand) greeting(base, people string, clients []login.Client) string {
	secret, client := "simulated", "simulated"
	if len(clients) > 0 {
		client, secret = clients[0].ID, "…"
	}
	set := "AZURE_CLIENT_SECRET=%s entraphone"
	if runtime.GOOS == "windows" {
		set = "$env:AZURE_CLIENT_SECRET='%s'; entraphone"
	}
	var scenario, trust, untrusted string
	if c.simulator.scenario != "" {
		scenario = "scenario   " + c.simulator.scenario + "\n"
	}
	switch ca := c.caOut; {
	case strings.ContainsAny(ca, " '\"$`\\&;()"):
		trust = " --ca-file '" + strings.ReplaceAll(ca, "'", `'\''`) + "'"
	case ca != "":
		trust = " --ca-file " + ca
	case c.tls:
		untrusted = "Nothing trusts its certificate: --ca-out FILE writes that of its authority.\n"
	}
	return fmt.Sprintf(`Graph      %[1]s
authority  %[1]s
people     %[2]s
%[3]s
Import into it, from another terminal:

  %[4]s import FILE --tenant-id simulated --client-id %[5]s --graph-endpoint %[1]s --authority %[1]s%[6]s

%[7]sWhat came of it: %[1]s/_sim/state and %[1]s/_sim/stats. Ctrl-C stops it.
`, base, people, scenario, fmt.Sprintf(set, secret), client, trust, untrusted)
}

// makeCertificate makes an authority and a server certificate of it, for
// loopback and the address listened on. The authority's key is thrown away, so
// that trusting its certificate cannot vouch for anything else.
func makeCertificate(address net.Addr, now time.Time) (server tls.Certificate, authority []byte, err error) {
	fail := func(err error) (tls.Certificate, []byte, error) {
		return tls.Certificate{}, nil, fmt.Errorf("making a certificate: %w", err)
	}
	const lifetime = 30 * 24 * time.Hour
	root := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "entraphone simulator"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, MaxPathLenZero: true,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if tcp, ok := address.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
		leaf.IPAddresses = append(leaf.IPAddresses, tcp.IP)
	} else if err := addOwnNames(leaf); err != nil {
		return fail(err)
	}
	rootKey, errRoot := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leafKey, errLeaf := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(errRoot, errLeaf); err != nil {
		return fail(err)
	}
	rootDER, errRoot := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	leafDER, errLeaf := x509.CreateCertificate(rand.Reader, leaf, root, leafKey.Public(), rootKey)
	if err := errors.Join(errRoot, errLeaf); err != nil {
		return fail(err)
	}
	authority = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}, authority, nil
}

// addOwnNames is for a server that listens on all addresses of the machine.
func addOwnNames(leaf *x509.Certificate) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	leaf.DNSNames = append(leaf.DNSNames, name)
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok {
			leaf.IPAddresses = append(leaf.IPAddresses, network.IP)
		}
	}
	return nil
}
