package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// An answer that nobody has asked for, on a connection that is kept, is printed by
// net/http as it came, unless somebody sees to it.
func TestUnsolicitedAnswersAreNotPrinted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	g.Go(func() error {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return nil // closed
			}
			g.Go(func() error { return answerTwice(connection) })
		}
	})
	command, out := program(t, "doctor", "--auth", "token", "--graph-endpoint", "http://"+listener.Addr().String())
	command.Env = append(command.Env, "ENTRAPHONE_ACCESS_TOKEN=token")
	_ = command.Run() // what it finds is not the matter
	_ = listener.Close()
	if err := g.Wait(); err != nil || !strings.Contains(out.String(), "/v1.0 answers") {
		t.Errorf("doctor did not get through (%v): %s", err, out)
	}
	for _, echo := range []string{"7700900123", "nsolicited", "\x1b"} {
		if strings.Contains(out.String(), echo) {
			t.Errorf("output %q has %q in it", out, echo)
		}
	}
}

// answerTwice refuses every request, and answers once more.
func answerTwice(connection net.Conn) error {
	defer connection.Close()
	for reader := bufio.NewReader(connection); ; {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return nil // the client has gone
		}
		_, _ = io.Copy(io.Discard, request.Body)
		const body = `{"error":{"code":"InvalidAuthenticationToken","message":"no"}}`
		fmt.Fprintf(connection, "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"+
			"HTTP/1.1 200 OK \x1b[31m +44 7700900123\r\n\r\n", len(body), body)
	}
}
