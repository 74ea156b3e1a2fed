// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QButtonGroup;
class QSpinBox;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::shell {

/// Where the next run trains: the processor or a GPU, each with its free memory, and on the processor how many ranks
/// share the training. A popup; what is chosen holds at once.
class DeviceMenu final : public QFrame {
    Q_OBJECT

public:
    explicit DeviceMenu(bridge::Workbench& bench, QWidget* parent = nullptr);
    QSpinBox* ranks() const { return m_ranks; }

private:
    void addDevice(const QString& name, const QString& title);
    void choose(const QString& device);
    void setRanks(int ranks);
    void tell();

    bridge::Workbench& m_bench;
    QButtonGroup* m_devices;
    QSpinBox* m_ranks;
    style::Label *m_told, *m_warning;
    int m_cores = 1;
};

/// `cpu · 2 ranks`, `cpu · 1 thread`, `device: auto`: of the run in front, else what is chosen for the next one.
QString deviceText(bridge::Workbench& bench);

}
