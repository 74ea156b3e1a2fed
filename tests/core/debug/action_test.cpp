// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/action.h"
#include "tests/support/temp_folder.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace tests::action_test {

using namespace core::base;
using namespace core::debug;

namespace {

// Takes one connection and answers line by line, as a script of (what begins a line, what is said to it).
class Server {
public:
    using Script = std::vector<std::pair<std::string, std::string>>;

    Server(std::string greeting, Script script) : m_greeting(std::move(greeting)), m_script(std::move(script))
    {
        m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_socket, 1) == 0);
        REQUIRE(::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~Server()
    {
        ::shutdown(m_socket, SHUT_RDWR);
        ::close(m_socket);
        if (m_thread.joinable())
            m_thread.join();
    }

    std::string at(const std::string& scheme) const { return scheme + "://127.0.0.1:" + std::to_string(m_port); }
    std::string heard()
    {
        m_thread.join();
        return m_heard;
    }

private:
    std::string m_greeting, m_heard;
    Script m_script;
    int m_socket = -1, m_port = 0;
    std::thread m_thread;

    void serve()
    {
        const int client = ::accept(m_socket, nullptr, nullptr);
        if (client < 0)
            return;
        const auto say = [&](const std::string& text) { (void)!::write(client, text.data(), text.size()); };
        say(m_greeting);
        char buffer[4096];
        std::size_t answered = 0;
        for (;;) {
            const ssize_t count = ::read(client, buffer, sizeof buffer);
            if (count <= 0)
                break;
            m_heard.append(buffer, std::size_t(count));
            for (auto& [what, answer] : m_script)
                if (const auto place = m_heard.find(what, answered); place != std::string::npos && !what.empty()) {
                    answered = place + what.size();
                    say(answer);
                    if (answer.starts_with("221") || answer.starts_with("HTTP"))
                        ::shutdown(client, SHUT_WR);
                }
        }
        ::close(client);
    }
};

}

TEST_CASE("a webhook posts the finding as JSON")
{
    Server server("", {{"}", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}});
    ::setenv("DESCENT_WEBHOOK_TOKEN", "abc", 1);
    const Status done = tryAction({"Webhook", Object{{"url", server.at("http")}}});
    ::unsetenv("DESCENT_WEBHOOK_TOKEN");
    INFO((done ? "" : describe(done.error())));
    CHECK(done);
    const std::string heard = server.heard();
    CHECK(heard.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(heard.find("Content-Type: application/json") != std::string::npos);
    CHECK(heard.find("Authorization: Bearer abc") != std::string::npos);
    CHECK(heard.find("\"rule\":\"Trial\"") != std::string::npos);
}

TEST_CASE("an e-mail goes to the server that the environment names")
{
    Server server("220 here\r\n", {{"EHLO", "250 here\r\n"},
                                   {"MAIL FROM", "250 ok\r\n"},
                                   {"RCPT TO", "250 ok\r\n"},
                                   {"DATA\r\n", "354 go on\r\n"},
                                   {"\r\n.\r\n", "250 taken\r\n"},
                                   {"QUIT", "221 bye\r\n"}});
    ::setenv("DESCENT_SMTP_URL", server.at("smtp").c_str(), 1);
    ::setenv("DESCENT_SMTP_FROM", "descent@example.org", 1);
    const Status done = tryAction({"Email", Object{{"endpoint", "ann@example.org"}}});
    ::unsetenv("DESCENT_SMTP_URL");
    ::unsetenv("DESCENT_SMTP_FROM");
    INFO((done ? "" : describe(done.error())));
    CHECK(done);
    const std::string heard = server.heard();
    CHECK(heard.find("MAIL FROM:<descent@example.org>") != std::string::npos);
    CHECK(heard.find("RCPT TO:<ann@example.org>") != std::string::npos);
    CHECK(heard.find("Subject: SMDebugRule:Trial fired at step 0 of trial") != std::string::npos);
}

TEST_CASE("what cannot be done says why")
{
    ::unsetenv("DESCENT_SMTP_URL");
    CHECK(tryAction({"Email", Object{{"endpoint", "ann@example.org"}}}).error().where == "DESCENT_SMTP_URL");
    CHECK(tryAction({"SMS", Object{{"endpoint", "+49123"}}}).error().where == "DESCENT_SMS_COMMAND");
    const Status failed = tryAction({"Command", Object{{"command", "echo no >&2; exit 3"}}});
    CHECK(failed.error().message == "\"/bin/sh\" failed: no");
    CHECK(tryAction({"Command", Object{{"command", "read a; test \"$DESCENT_RULE\" = Trial"}}}));
    const Status late = tryAction({"Command", Object{{"command", "exec sleep 30"}, {"timeout_s", 0.2}}});
    CHECK(late.error().message.find("took longer") != std::string::npos);
}

TEST_CASE("an SMS goes through the gateway's command")
{
    const tests::TempFolder folder;
    const std::string out = folder.path() / "sent";
    ::setenv("DESCENT_SMS_COMMAND", ("cat > " + out + "; echo \"$1\" >> " + out).c_str(), 1);
    CHECK(tryAction({"SMS", Object{{"endpoint", "+49123"}}}));
    ::unsetenv("DESCENT_SMS_COMMAND");
    std::ifstream in(out);
    const std::string sent((std::istreambuf_iterator<char>(in)), {});
    CHECK(sent == "SMDebugRule:Trial fired at step 0 of trial\n+49123\n");
}

TEST_CASE("nobody is told twice in a minute")
{
    RateLimit limit(60);
    CHECK(limit.allows("Email a", 100));
    CHECK_FALSE(limit.allows("Email a", 159));
    CHECK(limit.allows("Email b", 159));
    CHECK(limit.allows("Email a", 160));
}

}
