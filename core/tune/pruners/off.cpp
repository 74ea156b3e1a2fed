// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pruner.h"

namespace core::tune::pruners::off {

namespace {

struct Spec {};

class Off final : public Pruner {
public:
    explicit Off(Spec) {}
    std::optional<Stop> judge(const History&, const Trial&) const override { return {}; }
};

}

void enroll(Pruners& all)
{
    all.add<Off>("Off", "Off", "Every trial runs to its end.", base::Fields<Spec>{});
}

}
