// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/action.h"
#include "core/debug/child.h"

namespace core::debug::actions::webhook {

namespace {

struct Spec {
    std::string url;
};

/// HTTP POST of the finding as JSON. A token that the receiver wants is taken from DESCENT_WEBHOOK_TOKEN and sent as
/// `Authorization: Bearer …`.
class Webhook final : public Action {
public:
    explicit Webhook(Spec spec) : m_spec(std::move(spec)) {}

    base::Status perform(const Alert& alert) override
    {
        std::string options = curlOption("url", m_spec.url) + curlOption("proto", "=http,https") +
                              curlOption("header", "Content-Type: application/json") +
                              curlOption("output", "/dev/null") +
                              curlOption("data-raw", base::writeJson(alert.toValue()));
        if (const std::string token = setting("DESCENT_WEBHOOK_TOKEN"); !token.empty())
            options += curlOption("header", "Authorization: Bearer " + token);
        return runCurl(options);
    }
    std::string target() const override { return "Webhook " + m_spec.url; }

private:
    Spec m_spec;
};

}

void enroll(Actions& all)
{
    all.add<Webhook>(
        "Webhook", "Webhook", "Posts the finding as JSON to an address.",
        base::Fields<Spec>{}.add("url", &Spec::url, base::Text{},
                                 {"Where to: http://… or https://…. A token is taken from the environment, "
                                  "DESCENT_WEBHOOK_TOKEN, and never written to a run."}));
}

}
