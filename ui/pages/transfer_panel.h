// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class StartFromDialog;

/// Where the weights of the network come from, and which of them learn. While a run trains, what is frozen can be
/// changed live.
class TransferPanel final : public QWidget {
    Q_OBJECT

public:
    explicit TransferPanel(bridge::Workbench& bench, QWidget* parent = nullptr);

    void show(const core::session::ModelPreview& preview);
    /// Freezes a layer of the network, or lets it learn again.
    void toggle(int layer);
    StartFromDialog* dialog() const { return m_dialog; }

private:
    void freeze(core::base::Value value, const QString& what);
    void change(const QString& path, core::base::Value value, const QString& what);

    bridge::Workbench& m_bench;
    core::session::ModelPreview m_preview;
    StartFromDialog* m_dialog;
    style::Label *m_from, *m_learns;
    QComboBox* m_freeze;
    QCheckBox *m_lora, *m_thaw;
};

}
