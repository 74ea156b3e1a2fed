// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QFrame>

class QAbstractButton;
class QSpinBox;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::shell {

/// Where the next run trains: the processor, or one or several GPUs, each with its free memory. On the processor it
/// says how many ranks share the training; of several GPUs each has a rank. A popup; what is chosen holds at once.
class DeviceMenu final : public QFrame {
    Q_OBJECT

public:
    /// `machine`: as core::session::doctor() tells it.
    DeviceMenu(bridge::Workbench& bench, const core::base::Value& machine, QWidget* parent = nullptr);
    QSpinBox* ranks() const { return m_ranks; }

private:
    void addDevice(QAbstractButton* button, const QString& name);
    void choose(const QString& device);
    void tickGpus();
    void showChosen();
    QStringList gpusChosen() const;
    void setRanks(int ranks);
    void tell();

    bridge::Workbench& m_bench;
    std::vector<QAbstractButton*> m_devices, m_gpus;
    QSpinBox* m_ranks;
    style::Label *m_told, *m_warning;
    int m_cores = 1;
};

/// `cpu · 2 ranks`, `cpu · 1 thread`, `device: auto`: of the run in front, else what is chosen for the next one.
QString deviceText(bridge::Workbench& bench);

}
