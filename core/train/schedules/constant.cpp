// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

namespace core::train::schedules::constant {

namespace {

struct Spec {};

class Constant final : public Schedule {
public:
    Constant(Spec, const ScheduleContext& context) : m_lr(context.lr) {}
    double lr(std::int64_t) const override { return m_lr; }

private:
    double m_lr;
};

}

void enroll(Schedules& all)
{
    all.add<Constant>("constant", "Constant", "The same rate from the first step to the last.", base::Fields<Spec>{});
}

}
