// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QWidget>

#include <vector>

class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::shell {

/// Trouble, said without a dialog: what, where, and what to do. It stays until it is dismissed; the newest is on top.
class NoticeBar final : public QWidget {
    Q_OBJECT

public:
    explicit NoticeBar(QWidget* parent = nullptr);
    void tell(const core::base::Error& error);
    void dismiss();
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void refresh();

    std::vector<core::base::Error> m_notices;
    style::Label* m_sign;
    style::Label* m_what;
    style::Label* m_count;
    QPushButton* m_copy;
    QPushButton* m_dismiss;
};

}
