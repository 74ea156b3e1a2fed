// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"

#include <optional>

namespace app::cli {

/// One line on standard error that is drawn over itself on a terminal, and a line an epoch elsewhere.
class ProgressLine final : public core::events::EventSink {
public:
    ProgressLine();
    ~ProgressLine() override;
    void onScalars(const core::events::ScalarRow& row) override;
    void onEvent(const core::events::Event& event) override;

private:
    void draw();

    core::events::RunOpened m_opened;
    core::events::Progress m_progress;
    double m_loss = 0, m_validation = 0, m_accuracy = 0;
    bool m_hasValidation = false, m_hasAccuracy = false;
    std::optional<double> m_forgotten; ///< of an old task
    bool m_terminal = false, m_drawn = false;
};

}
