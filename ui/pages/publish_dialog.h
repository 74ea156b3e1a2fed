// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/models.h"
#include "ui/bridge/preview.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// Puts the model of a run into the hub: under which name and licence, and what others should know of it.
class PublishDialog final : public QDialog {
    Q_OBJECT

public:
    explicit PublishDialog(QWidget* parent = nullptr);

    void come(const std::filesystem::path& run);
    bool busy() const { return m_work.busy(); }

Q_SIGNALS:
    void published(const QString& name);

private:
    void publish();

    std::filesystem::path m_run;
    bridge::Preview m_work;
    QLineEdit *m_name, *m_note;
    QComboBox *m_license, *m_at;
    QCheckBox* m_half;
    style::Label* m_state;
    QPushButton* m_publish;
};

}
