// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/action.h"
#include "core/debug/child.h"

namespace core::debug::actions::notify {

namespace {

struct Spec {};

/// By the desktop's own notify-send.
class Notify final : public Action {
public:
    explicit Notify(Spec) {}

    base::Status perform(const Alert& alert) override
    {
        return runChild({"notify-send", "--app-name=Descent", "--", alert.subject(), alert.text()}, {}, 5);
    }
    std::string target() const override { return "Notify"; }
};

}

void enroll(Actions& all)
{
    all.add<Notify>("Notify", "Desktop notification", "Shows a notification of the desktop.", base::Fields<Spec>{});
}

}
