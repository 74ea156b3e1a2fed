// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"

#include "core/base/value.h"

#include <QWidget>

namespace core::session {
struct MemoryFit;
}
namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Whether the experiment fits into this machine's memory, with what it adds up, and if not, how many stages of a
/// pipeline would; as `descent-cli launch --estimate`. Computed beside the window, anew when the experiment changes.
class MemoryLine final : public QWidget {
    Q_OBJECT

public:
    explicit MemoryLine(bridge::Workbench& bench, QWidget* parent = nullptr);

    QString verdict() const;
    QString sum() const;
    /// Bytes that all ranks have together; 0: those that are free here.
    void setAvailable(quint64 bytes);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void take(const core::base::Result<core::session::MemoryFit>& fit);

    bridge::Workbench& m_bench;
    style::Label *m_verdict, *m_sum;
    core::base::Value m_asked;
    quint64 m_available = 0;
    bridge::Preview m_preview; ///< last: its thread ends before what it uses goes
};

}
