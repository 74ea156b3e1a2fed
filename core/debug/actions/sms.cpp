// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/action.h"
#include "core/debug/child.h"

namespace core::debug::actions::sms {

namespace {

struct Spec {
    std::string endpoint;
};

/// By the gateway command of DESCENT_SMS_COMMAND: the number is its argument $1, the text its standard input.
class Sms final : public Action {
public:
    explicit Sms(Spec spec) : m_spec(std::move(spec)) {}

    base::Status perform(const Alert& alert) override
    {
        const std::string gateway = setting("DESCENT_SMS_COMMAND");
        if (gateway.empty())
            return base::Error{base::ErrorKind::Usage, "there is no gateway for SMS", "DESCENT_SMS_COMMAND",
                               "Set it to a command that sends its standard input to the number $1"};
        return runChild({"/bin/sh", "-c", gateway, "sms", m_spec.endpoint}, alert.subject() + "\n", 30);
    }
    std::string target() const override { return "SMS " + m_spec.endpoint; }

private:
    Spec m_spec;
};

}

void enroll(Actions& all)
{
    all.add<Sms>(
        "SMS", "SMS", "Sends a short message through a gateway's command.",
        base::Fields<Spec>{}.add("endpoint", &Spec::endpoint, base::Text{},
                                 {"The number with its country: +491234567. The gateway's command is taken from "
                                  "the environment, DESCENT_SMS_COMMAND."}));
}

}
