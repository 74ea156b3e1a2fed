// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/debug/action.h"
#include "core/debug/child.h"

#include <cstdlib>
#include <unistd.h>

namespace core::debug::actions::email {

namespace {

struct Spec {
    std::string endpoint;
};

// A file that is gone with the object.
class Letter {
public:
    explicit Letter(const std::string& text)
    {
        std::string name = (std::filesystem::temp_directory_path() / "descent-letter-XXXXXX").string();
        const int file = ::mkstemp(name.data());
        if (file < 0)
            return;
        m_whole = ::write(file, text.data(), text.size()) == ssize_t(text.size());
        ::close(file);
        m_path = name;
    }
    Letter(const Letter&) = delete;
    Letter& operator=(const Letter&) = delete;
    ~Letter()
    {
        if (!m_path.empty())
            ::unlink(m_path.c_str());
    }
    bool whole() const { return m_whole; }
    const std::string& path() const { return m_path; }

private:
    std::string m_path;
    bool m_whole = false;
};

// One line, whatever a run is called.
std::string line(std::string text)
{
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 32)
            c = ' ';
    return text;
}

/// By SMTP: DESCENT_SMTP_URL (smtp://host:587), DESCENT_SMTP_USER, DESCENT_SMTP_PASSWORD, DESCENT_SMTP_FROM.
class Email final : public Action {
public:
    explicit Email(Spec spec) : m_spec(std::move(spec)) {}

    base::Status perform(const Alert& alert) override
    {
        const std::string server = setting("DESCENT_SMTP_URL"), user = setting("DESCENT_SMTP_USER");
        if (server.empty())
            return base::Error{base::ErrorKind::Usage, "there is no mail server", "DESCENT_SMTP_URL",
                               "Set it to smtp://host:port or smtps://host:port, with DESCENT_SMTP_USER, "
                               "DESCENT_SMTP_PASSWORD and DESCENT_SMTP_FROM where the server wants them"};
        std::string from = setting("DESCENT_SMTP_FROM");
        if (from.empty())
            from = user.find('@') != user.npos ? user : m_spec.endpoint;
        const Letter letter("From: Descent <" + line(from) + ">\r\nTo: <" + line(m_spec.endpoint) +
                            ">\r\nSubject: " + line(alert.subject()) +
                            "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + alert.text());
        if (!letter.whole())
            return base::Error{base::ErrorKind::Resource, "the letter could not be written", letter.path(), {}};
        std::string options =
            curlOption("url", server) + curlOption("proto", "=smtp,smtps") + curlOption("mail-from", "<" + from + ">") +
            curlOption("mail-rcpt", "<" + m_spec.endpoint + ">") + curlOption("upload-file", letter.path());
        if (!user.empty())
            options += curlOption("user", user + ":" + setting("DESCENT_SMTP_PASSWORD"));
        return runCurl(options);
    }
    std::string target() const override { return "Email " + m_spec.endpoint; }

private:
    Spec m_spec;
};

}

void enroll(Actions& all)
{
    all.add<Email>("Email", "E-mail", "Sends an e-mail by SMTP.",
                   base::Fields<Spec>{}.add("endpoint", &Spec::endpoint, base::Text{},
                                            {"The address. Server, user and password are taken from the environment "
                                             "(DESCENT_SMTP_URL, …) and never written to a run."}));
}

}
